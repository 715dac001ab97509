"""Random strengths, each drawn for each image and in force with a probability."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...play import chance


@dataclass(frozen=True)
class Draws:
    """Draws for `n` images, float32; what is not in force has the strength that does nothing."""

    n: int
    p: Tensor  # 0-d

    def keep(self, drawn: Tensor, nothing: float, p: Tensor | None = None) -> Tensor:
        """`drawn` (n, ...) for images where the operation is in force."""
        gate = chance.uniform((self.n, *[1] * (drawn.dim() - 1)), self.p.device)
        return torch.where(gate < (self.p if p is None else p), drawn, nothing)

    def uniform(self, *shape: int) -> Tensor:
        """U[0, 1) of shape (n, *shape)."""
        return chance.uniform((self.n, *shape), self.p.device)

    def normal(self, *shape: int) -> Tensor:
        """N(0, 1) of shape (n, *shape)."""
        return chance.normal((self.n, *shape), self.p.device)

    def choice(self, count: int) -> Tensor:
        """0, 1, ... count - 1 with equal chance, (n,)."""
        return (self.uniform() * count).floor()

    def either_way(self, *shape: int) -> Tensor:
        """U[-1, 1) of shape (n, *shape)."""
        return self.uniform(*shape) * 2 - 1

    def factor(self, deviation: float) -> Tensor:
        """Two to the power of N(0, deviation^2), (n,)."""
        return torch.exp2(self.normal() * deviation)
