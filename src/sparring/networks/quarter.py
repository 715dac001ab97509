"""A translator for CPUs: squares of 4x4 pixels are one place, residual blocks think there, and two doublings draw.

Pixels move into channels and back (Shi et al. 2016), blocks have no norm (Lim et al. 2017), and what is drawn is added
to the source. So a result depends on nothing but the surroundings: not on the size of the image, nor on its edges.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.initialise import normal_
from ..settings import settings
from .network import Shape, positive, translated

TIMES = 4


class Block(nn.Module):
    """Two convolutions beside the input."""

    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(x)))


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image), about in [-1, 1]: what is added to the source is not held back."""

    def __init__(self, settings: QuarterGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        width, half, whole = settings.width, max(1, settings.width * 3 // 4), max(1, settings.width * 3 // 8)
        self.adds = inputs == outputs
        self.entry = nn.Conv2d(inputs * TIMES**2, width, 3, 1, 1)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(settings.blocks)))
        self.doubling, self.finer = nn.Conv2d(width, 4 * half, 3, 1, 1), Block(half)
        self.doubling_again, self.head = nn.Conv2d(half, 4 * whole, 3, 1, 1), nn.Conv2d(whole, outputs, 3, 1, 1)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h = self.entry(F.pixel_unshuffle(x, TIMES))
        h = h + self.blocks(h)
        h = self.finer(F.relu(F.pixel_shuffle(self.doubling(h), 2)))
        h = self.head(F.relu(F.pixel_shuffle(self.doubling_again(h), 2)))
        return x + h if self.adds else h


@settings
class QuarterGenerator:
    """A small, quick translator that thinks at a quarter of the size, for sides that are multiples of 4 pixels."""

    kind: Literal["quarter-generator"] = "quarter-generator"
    width: int = 64
    """Channels of the blocks; three quarters of them at half, three eighths at full size."""
    blocks: int = 12
    """Residual blocks; each sees 8 pixels further to every side."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("blocks", self.blocks)

    @property
    def multiple(self) -> int:
        return TIMES

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
