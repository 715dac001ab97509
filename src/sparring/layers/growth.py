"""Growing networks hold all their levels from the start and show one of them (Karras et al. 2018)."""

from __future__ import annotations

import abc

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SMALLEST = 4  # pixels of a side at level 0


class Growth(nn.Module):
    """Which level a network shows, and how far that level has faded in.

    It is a buffer, so that an averaged copy, a checkpoint and a bundle show what the network showed. At first
    a network shows its last level.
    """

    shown: Tensor

    def __init__(self, levels: int):
        super().__init__()
        self.levels = levels
        self.register_buffer("shown", torch.tensor([levels - 1.0, 1.0]))

    def grow(self, level: int, fade: float = 1.0) -> None:
        """Show `level` (0 = 4x4 pixels) from now on; `fade` 0 is the level before, enlarged, and 1 all of the new."""
        if not 0 <= level < self.levels:
            raise ValueError(f"this network has levels 0 to {self.levels - 1}, and no level {level}")
        if not 0 <= fade <= 1:
            raise ValueError(f"fade lies between 0 (the level before) and 1 (all of the new level), and is {fade}")
        self.shown.copy_(torch.tensor([float(level), fade if level else 1.0]))

    def now(self) -> tuple[int, float]:
        """(level, fade)."""
        level, fade = self.shown.tolist()
        return round(level), fade


class Growing(abc.ABC):
    """A network that grows: `network.growth.grow(level, fade)` before it is called."""

    growth: Growth


def as_shown(images: Tensor, level: int, fade: float = 1.0) -> Tensor:
    """Real images (n, channels, h, w) as a growing network shows them at a level, 4 << level pixels.

    While a level fades in, its detail fades in on real images as well.
    """
    new = F.adaptive_avg_pool2d(images, SMALLEST << level)
    return new if fade == 1 or not level else blend(F.avg_pool2d(new, 2), new, fade)


def blend(old: Tensor, new: Tensor, fade: float) -> Tensor:
    """Images of the level before, enlarged, on the way to those of the new level; exactly `old` at 0 and `new` at 1."""
    return torch.lerp(F.interpolate(old, scale_factor=2.0, mode="nearest"), new, fade)
