"""When memory runs out, a turn is tried again in smaller parts."""

from __future__ import annotations

import torch

from .game import Batch


def ran_out(error: RuntimeError) -> bool:
    """Whether this error says that a device or the machine has no memory left."""
    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in said or "out of memory" in said


def smaller(chunks: list[Batch]) -> list[Batch]:
    """The same samples in the next more micro-batches of equal size; none where each has only one sample."""
    images = len(chunks[0])
    for parts in range(2, images + 1):
        if images % parts == 0:
            return [part for chunk in chunks for part in chunk.chunks(parts)]
    return []


def forget(device: torch.device) -> None:
    """Give back what the allocator has kept."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
