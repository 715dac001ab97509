"""Square patches of one image at any place, size and angle, many at once and without aliasing."""

from __future__ import annotations

from math import floor, log2

import torch
import torch.nn.functional as F
from torch import Tensor

LEVELS = 8
"""Halvings of the image that are kept at most."""


class Patches:
    """Cuts patches out of one image (3, height, width), which is halved as often as a large patch needs."""

    def __init__(self, image: Tensor):
        self.levels = [image]

    def level(self, number: int) -> Tensor:
        while len(self.levels) <= number:
            self.levels.append(halved(self.levels[-1]))
        return self.levels[number]

    def cut(self, squares: Tensor, size: int, turns: Tensor | None = None) -> Tensor:
        """Patches (n, 3, size, size) of squares (n, 3): x and y of the middle, and side, in pixels of the image.

        `turns` (n): by how much each square is turned with the clock, in radians. Outside the image its edge goes on.
        """
        found = squares.new_zeros(len(squares), 3, size, size, dtype=self.levels[0].dtype)
        steps = squares[:, 2] / size
        wanted = [min(LEVELS, max(0, floor(log2(step)))) if step > 0 else 0 for step in steps.tolist()]
        angles = squares.new_zeros(len(squares)) if turns is None else turns
        for number in sorted(set(wanted)):
            rows = torch.tensor([row for row, level in enumerate(wanted) if level == number])
            found[rows] = sampled(self.level(number), number, squares[rows], angles[rows], size)
        return found


def sampled(image: Tensor, level: int, squares: Tensor, angles: Tensor, size: int) -> Tensor:
    """Means of four samples a pixel, from one level."""
    ticks = (torch.arange(2 * size, dtype=squares.dtype) + 0.5) / (2 * size) - 0.5
    across, down = (squares[:, 2, None, None] * tick for tick in (ticks[None, None, :], ticks[None, :, None]))
    cosine, sine = angles.cos()[:, None, None], angles.sin()[:, None, None]
    x = squares[:, 0, None, None] + cosine * across - sine * down
    y = squares[:, 1, None, None] + sine * across + cosine * down
    # Half a pixel turns pixel centres at whole numbers into edges, which scale; a side of grid_sample is -1 to 1.
    height, width = image.shape[1:]
    grid = torch.stack([(x + 0.5) * 2 / (width * 2**level) - 1, (y + 0.5) * 2 / (height * 2**level) - 1], -1)
    flat = grid.flatten(0, 1)[None].to(image.dtype)
    seen = F.grid_sample(image[None], flat, padding_mode="border", align_corners=False)[0]
    return F.avg_pool2d(seen.unflatten(1, (len(squares), 2 * size)).transpose(0, 1), 2)


def halved(image: Tensor) -> Tensor:
    """Means of four pixels; a last odd row or column stands for two."""
    height, width = image.shape[1:]
    return F.avg_pool2d(F.pad(image[None], (0, width % 2, 0, height % 2), mode="replicate"), 2)[0]
