"""Batch norm whose scale and shift belong to a class."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .labels import check


class ConditionalBatchNorm2d(nn.Module):
    """Batch norm with one scale and one shift per class and channel (Dumoulin et al. 2017).

    It starts as plain batch norm: every scale 1, every shift 0. `x` is (n, channels, height, width), `y` (n,)
    int64 in [0, classes).
    """

    def __init__(self, channels: int, classes: int):
        super().__init__()
        self.classes = classes
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.embedding = nn.Embedding(classes, 2 * channels)  # scales, then shifts
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scales 1 and shifts 0, for every class."""
        scale, shift = self.embedding.weight.data.chunk(2, 1)
        nn.init.ones_(scale)
        nn.init.zeros_(shift)

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        scale, shift = self.embedding(check(y, self.classes))[:, :, None, None].chunk(2, 1)
        return torch.addcmul(shift, self.norm(x), scale)


def batch_norm(channels: int, classes: int) -> nn.Module:
    """The norm of a generator: conditional where there are classes. Call it through `normalise`."""
    return ConditionalBatchNorm2d(channels, classes) if classes else nn.BatchNorm2d(channels)


def normalise(norm: nn.Module, x: Tensor, y: Tensor | None) -> Tensor:
    """`x` normalised, with the labels where the norm takes any."""
    return norm(x, y) if isinstance(norm, ConditionalBatchNorm2d) else norm(x)
