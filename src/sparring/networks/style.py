"""What every style-based generator offers, and how wide such networks are."""

from __future__ import annotations

import abc

from torch import Tensor, nn

from ..layers.mapping import StyleMapping
from ..layers.pixel_noise import Noise


class StyleGenerator(nn.Module, abc.ABC):
    """From z to styles by `mapping`, from styles to images by `synthesis` (Karras et al. 2019).

    `mapping(z, y, truncation, cutoff)` gives w (n, layers, style), `synthesis(w, noise)` images (n, channels, h, w).
    There is no tanh at the end: images lie mostly in [-1, 1], and whoever writes them clamps.
    """

    mapping: StyleMapping
    synthesis: nn.Module

    def forward(self, z: Tensor, y: Tensor | None = None, truncation: float = 1.0, noise: Noise = "random") -> Tensor:
        return self.synthesis(self.mapping(z, y, truncation), noise)


def widths(size: int, width: int, widest: int) -> list[int]:
    """Channels at 4, 8, ... size pixels: `width` at full size, doubling with each halving, at most `widest`."""
    sides = [2**power for power in range(2, size.bit_length())]
    return [min(width * size // side, widest) for side in sides]
