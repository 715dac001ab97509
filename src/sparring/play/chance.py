"""Random draws that do not depend on how a batch is split over micro-batches and processes.

Inside a turn the engine names one generator, equal on all processes, and says which part of the global
batch is at hand. Each draw is then made for the whole batch and this part's rows are returned, so
gradient accumulation and data-parallel training see the noise that one process with one batch would see.
Outside a turn these are plain torch draws. Dropout and noise inside networks use torch's own generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class _Share:
    generator: torch.Generator | None = None
    part: int = 0
    parts: int = 1

    def rows(self, n: int) -> slice:
        return slice(self.part * n, (self.part + 1) * n)


_shares: list[_Share] = [_Share()]


@contextmanager
def share(generator: torch.Generator, part: int, parts: int) -> Iterator[None]:
    """Draws inside belong to the `part`-th of `parts` equal parts of a batch."""
    _shares.append(_Share(generator, part, parts))
    try:
        yield
    finally:
        _shares.pop()


def normal(shape: tuple[int, ...], device: torch.device | None = None) -> Tensor:
    """N(0, 1) of the default type and this shape; the first dimension counts samples."""
    now = _shares[-1]
    whole = (shape[0] * now.parts, *shape[1:])
    return torch.randn(whole, generator=now.generator, device=device)[now.rows(shape[0])]


def uniform(shape: tuple[int, ...], device: torch.device | None = None) -> Tensor:
    """U[0, 1) of the default type and this shape; the first dimension counts samples."""
    now = _shares[-1]
    whole = (shape[0] * now.parts, *shape[1:])
    return torch.rand(whole, generator=now.generator, device=device)[now.rows(shape[0])]


def symmetric(shape: tuple[int, ...], device: torch.device | None = None) -> Tensor:
    """U[-1, 1) of the default type and this shape; the first dimension counts samples."""
    return 2 * uniform(shape, device) - 1


def integers(high: int, shape: tuple[int, ...], device: torch.device | None = None) -> Tensor:
    """Integers in [0, high), int64, of this shape; the first dimension counts samples."""
    now = _shares[-1]
    whole = (shape[0] * now.parts, *shape[1:])
    return torch.randint(high, whole, generator=now.generator, device=device)[now.rows(shape[0])]
