"""When memory runs out, a turn is tried again in smaller parts."""

from __future__ import annotations

import torch

from .game import Batch


def ran_out(error: RuntimeError) -> bool:
    """Whether this error says that a device or the machine has no memory left."""
    said = str(error)
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in said or "out of memory" in said


def smaller(chunks: list[Batch], multiple: int = 1) -> list[Batch]:
    """The same samples in the next more micro-batches, equal multiples of `multiple`; none if there are none."""
    groups = len(chunks[0]) // multiple
    count = next((count for count in range(2, groups + 1) if groups % count == 0), 0)
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
