"""The generator of pix2pixHD (Wang et al. 2018): a global translator, and enhancers of twice its size around it.

The global part works on the image halved once for every enhancer. Each enhancer halves its own, larger image, adds
the maps of what lies inside, and doubles the sum. Coarse parts are trained before the fine ones join them.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.bottleneck import ResidualBlock, doubled, entry, halves, painting, trunk
from ..layers.initialise import normal_
from ..settings import settings
from .network import Shape, positive, translated


def halved(x: Tensor) -> Tensor:
    """Averages of 3x3 around every second pixel; what is outside does not count."""
    return F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)


class Enhancer(nn.Module):
    """Adds the maps (n, 2 width, h/2, w/2) of the coarser part to its own of x (n, c, h, w), and doubles them."""

    def __init__(self, inputs: int, width: int, blocks: int):
        super().__init__()
        self.down = nn.Sequential(*entry(inputs, width, "instance", True), *halves(width, "instance", True))
        inside = [ResidualBlock(2 * width, "instance", 0.0, True) for _ in range(blocks)]
        self.up = nn.Sequential(*inside, *doubled(2 * width, "instance", True))

    def forward(self, x: Tensor, coarse: Tensor) -> Tensor:
        return self.up(self.down(x) + coarse)


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image) in [-1, 1]."""

    def __init__(self, settings: Pix2pixhdGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        widths = [settings.width << settings.enhancers - number for number in range(settings.enhancers + 1)]
        self.width = settings.width
        self.coarse = nn.Sequential(*trunk(inputs, widths[0], settings.halvings, settings.blocks, "instance"))
        self.enhancers = nn.ModuleList(Enhancer(inputs, width, settings.enhancer_blocks) for width in widths[1:])
        self.head = nn.Sequential(*painting(widths[-1], outputs))
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.enhanced(x)

    def enhanced(self, x: Tensor, frozen: bool = False) -> Tensor:
        """The same; while it is frozen nothing of the global part learns."""
        sizes = [x]
        for _ in self.enhancers:
            sizes.append(halved(sizes[-1]))
        h = self.coarse(sizes.pop())
        h = h.detach() if frozen else h
        for enhancer in self.enhancers:
            h = enhancer(sizes.pop(), h)
        return self.head(h)


@settings
class Pix2pixhdGenerator:
    """The generator of pix2pixHD, for sides that are multiples of 16 pixels, twice that for every enhancer."""

    kind: Literal["pix2pixhd-generator"] = "pix2pixhd-generator"
    width: int = 64
    """Channels at full size (published: 64, and 32 with an enhancer)."""
    halvings: int = 4
    """Of the global part."""
    blocks: int = 9
    """Residual blocks of the global part."""
    enhancers: int = 0
    """Parts of twice the size around it (published: 1 for 2048 x 1024 pixels)."""
    enhancer_blocks: int = 3
    """Residual blocks of each enhancer."""

    def __post_init__(self) -> None:
        for name in ("width", "halvings", "blocks", "enhancer_blocks"):
            positive(name, getattr(self, name))
        if self.enhancers < 0:
            raise ValueError(f"enhancers must not be negative, and is {self.enhancers}")

    @property
    def multiple(self) -> int:
        return 2 ** (self.halvings + self.enhancers)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
