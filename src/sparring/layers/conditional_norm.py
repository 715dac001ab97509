"""Batch norm whose scale and shift belong to a class, or follow from a vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .labels import ClassEmbedding


class ConditionalBatchNorm2d(nn.Module):
    """Batch norm with one scale and one shift per class and channel (Dumoulin et al. 2017).

    It starts as plain batch norm: every scale 1, every shift 0. `x` is (n, channels, height, width), `y` (n,)
    int64 in [0, classes).
    """

    def __init__(self, channels: int, classes: int):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.embedding = ClassEmbedding(classes, 2 * channels)  # scales, then shifts
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scales 1 and shifts 0, for every class."""
        scale, shift = self.embedding.weight.data.chunk(2, 1)
        nn.init.ones_(scale)
        nn.init.zeros_(shift)

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        scale, shift = self.embedding(y)[:, :, None, None].chunk(2, 1)
        return torch.addcmul(shift, self.norm(x), scale)


class GuidedBatchNorm2d(nn.Module):
    """Batch norm whose scale is 1 + Ay and whose shift is By, for a vector y of a sample (Brock et al. 2019).

    `x` is (n, channels, height, width), `y` (n, length): an embedded label, a part of the noise, or both.
    """

    def __init__(self, channels: int, length: int, bias: bool = False):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.scale = nn.Linear(length, channels, bias)
        self.shift = nn.Linear(length, channels, bias)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        scale, shift = 1 + self.scale(y), self.shift(y)
        return torch.addcmul(shift[:, :, None, None], self.norm(x), scale[:, :, None, None])


def batch_norm(channels: int, classes: int, length: int = 0) -> nn.Module:
    """The norm of a generator, to be called through `normalise`.

    Guided where it is told a vector of this length, conditional where there are classes, plain elsewhere.
    """
    if length:
        return GuidedBatchNorm2d(channels, length)
    return ConditionalBatchNorm2d(channels, classes) if classes else nn.BatchNorm2d(channels)


def normalise(norm: nn.Module, x: Tensor, y: Tensor | None) -> Tensor:
    """`x` normalised, with the labels or vectors `y` where the norm takes any."""
    return norm(x, y) if isinstance(norm, (ConditionalBatchNorm2d, GuidedBatchNorm2d)) else norm(x)
