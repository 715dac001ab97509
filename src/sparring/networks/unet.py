"""The U-Net of pix2pix (Isola et al. 2017): down to one pixel and up again, every level joined with its mirror.

Leaky ReLU going down, ReLU going up, 4x4 convolutions of stride 2. There is no noise vector, as such networks learn to
ignore it: dropout, which the authors leave on when translating, is all the chance there is.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.dropout import LastingDropout
from ..layers.initialise import normal_
from ..layers.norms import Norm, needs_bias, norm_of
from ..settings import settings
from .network import Shape, positive, translated

WIDEST = 8  # times the width
MIDDLE = 4  # the first level of which both sides are widest


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image) in [-1, 1]."""

    def __init__(self, settings: UnetGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        bias, last = needs_bias(settings.norm), settings.depth - 1
        widths = [settings.width * min(WIDEST, 2**level) for level in range(settings.depth)]
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        for level, width in enumerate(widths):
            outer = widths[level - 1] if level else inputs
            # Neither end is normalised: on one pixel nothing would be left.
            norm = [norm_of(settings.norm, width)] if 0 < level < last else []
            self.downs.append(nn.Sequential(nn.Conv2d(outer, width, 4, 2, 1, bias=bias), *norm))
            below, above = (width if level == last else 2 * width), (outer if level else outputs)
            conv = nn.ConvTranspose2d(below, above, 4, 2, 1, bias=bias or level == 0)
            behind = [norm_of(settings.norm, above), *self.dropouts(settings, level)] if level else [nn.Tanh()]
            self.ups.append(nn.Sequential(conv, *behind))
        normal_(self)

    @staticmethod
    def dropouts(settings: UnetGenerator, level: int) -> list[nn.Module]:
        last = settings.depth - 1
        dropped = range(MIDDLE, last) if settings.dropout_at == "above" else range(max(1, last - 2), last + 1)
        if not settings.dropout or level not in dropped:
            return []
        return [LastingDropout(settings.dropout) if settings.lasting else nn.Dropout(settings.dropout)]

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h, seen = x, list[Tensor]()
        for level, down in enumerate(self.downs):
            h = down(F.leaky_relu(h, 0.2) if level else h)
            seen.append(h)
        h = seen.pop()
        for up in reversed(self.ups):
            h = up(F.relu(h))
            h = torch.cat([seen.pop(), h], 1) if seen else h
        return h


@settings
class UnetGenerator:
    """The generator of pix2pix, for sides that are multiples of 2^depth pixels."""

    kind: Literal["unet-generator"] = "unet-generator"
    width: int = 64
    """Channels of the outermost level; each level inside has twice as many, up to 8 times."""
    depth: int = 8
    """Levels, each of half the size (published: 8 for 256 pixels, 7 for 128)."""
    norm: Norm = "current"
    """Published: batch norm that looks at the batch at hand when translating, too."""
    dropout: float = 0.5
    """Share of features dropped on the way up."""
    dropout_at: Literal["above", "deepest"] = "above"
    """Where: at the widest levels above the deepest, as in the authors' PyTorch code, or at the deepest three."""
    lasting: bool = True
    """Drop features when translating, too, as published: two passes differ."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        if self.depth < 2:
            raise ValueError(f"depth counts levels and must be at least 2, and is {self.depth}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is a share in [0, 1), and is {self.dropout}")

    @property
    def multiple(self) -> int:
        return 2**self.depth

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
