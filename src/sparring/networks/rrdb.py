"""RRDBNet of ESRGAN (Wang et al. 2018), as Real-ESRGAN (Wang et al. 2021) has it for images that keep their size.

Squares of 4x4 pixels move into channels, residual blocks of dense blocks think there, and two doublings draw. Nothing
is normalised: a result depends on its surroundings alone, and images of every size look alike.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.initialise import normal_
from ..settings import settings
from .network import Shape, positive, translated

TIMES = 4
DAMPING = 0.2  # of what every block adds


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees the input and all before it."""

    def __init__(self, width: int, growth: int):
        super().__init__()
        inner = [nn.Conv2d(width + number * growth, growth, 3, 1, 1) for number in range(4)]
        self.convs = nn.ModuleList([*inner, nn.Conv2d(width + 4 * growth, width, 3, 1, 1)])

    def forward(self, x: Tensor) -> Tensor:
        seen = x
        for conv in self.convs[:-1]:
            seen = torch.cat([seen, F.leaky_relu(conv(seen), 0.2)], 1)
        return x + DAMPING * self.convs[-1](seen)


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image), about in [-1, 1]: the last layer is not held back."""

    def __init__(self, settings: RrdbGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        width = settings.width
        self.entry = nn.Conv2d(inputs * TIMES**2, width, 3, 1, 1)
        trunk = (nn.Sequential(*(DenseBlock(width, settings.growth) for _ in range(3))) for _ in range(settings.blocks))
        self.trunk = nn.ModuleList(trunk)
        self.behind, self.doubled, self.redoubled, self.fine = (nn.Conv2d(width, width, 3, 1, 1) for _ in range(4))
        self.head = nn.Conv2d(width, outputs, 3, 1, 1)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h = shallow = self.entry(F.pixel_unshuffle(x, TIMES))
        for block in self.trunk:
            h = h + DAMPING * block(h)
        h = shallow + self.behind(h)
        for conv in (self.doubled, self.redoubled):
            h = F.leaky_relu(conv(F.interpolate(h, scale_factor=2, mode="nearest")), 0.2)
        return self.head(F.leaky_relu(self.fine(h), 0.2))


@settings
class RrdbGenerator:
    """Real-ESRGAN's generator at scale 1, for sides that are multiples of 4 pixels."""

    kind: Literal["rrdb-generator"] = "rrdb-generator"
    width: int = 64
    """Channels between blocks."""
    growth: int = 32
    """Channels that each convolution inside a dense block adds."""
    blocks: int = 6
    """Residual blocks of three dense blocks (published: 23; 6 for drawings)."""

    def __post_init__(self) -> None:
        for name in ("width", "growth", "blocks"):
            positive(name, getattr(self, name))

    @property
    def multiple(self) -> int:
        return TIMES

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
