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
    count = next((count for count in range(2, images + 1) if images % count == 0), 0)
    found = []
    for chunk in chunks if count else ():
        chunk.rewind()
        found.extend(chunk.chunks(count))
    for part in found:
        part.mark()
    return found


def forget(device: torch.device) -> None:
    """Give back what the allocator has kept."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
