"""ADA's geometric operations: one inverse affine matrix per image, and one warp that does not alias."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

from ...layers.resample import resample, taps_of
from .draws import Draws

SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)
"""Daubechies' least asymmetric wavelet with six vanishing moments: halving undoes doubling exactly."""

SHIFT = 0.125  # pixels as a share of the side, at most for whole shifts, one deviation for fractional ones
DEVIATION = 0.2  # of the base-2 logarithm of scales


@dataclass(frozen=True)
class Geometry:
    """What is done to each image; every tensor is (n,), shifts are (n, 2) in sides of the image."""

    flip: Tensor  # 1 = left and right change places
    quarters: Tensor  # turns by 90 degrees
    shift: Tensor  # rounded to pixels
    scale: Tensor
    turn_before: Tensor  # radians; two turns around the stretch make its direction random
    stretch: Tensor  # wider by this and lower by it
    turn_after: Tensor
    slide: Tensor  # not rounded

    @staticmethod
    def draw(draws: Draws, operations: Collection[str]) -> Geometry:
        """Random strengths for those of the operations that are listed."""
        zero, one = torch.zeros(draws.n, device=draws.p.device), torch.ones(draws.n, device=draws.p.device)
        still = torch.stack([zero, zero], 1)
        drawn = {field.name: zero for field in fields(Geometry)}
        drawn |= {"shift": still, "scale": one, "stretch": one, "slide": still}
        if "flip" in operations:
            drawn["flip"] = draws.keep(draws.choice(2), 0)
        if "quarter_turn" in operations:
            drawn["quarters"] = draws.keep(draws.choice(4), 0)
        if "whole_shift" in operations:
            drawn["shift"] = draws.keep(draws.either_way(2) * SHIFT, 0)
        if "scale" in operations:
            drawn["scale"] = draws.keep(draws.factor(DEVIATION), 1)
        if "rotation" in operations:
            # Two turns, of which at least one is in force with probability p.
            p = 1 - (1 - draws.p).clamp(0, 1).sqrt()
            drawn["turn_before"] = draws.keep(draws.either_way() * math.pi, 0, p)
            drawn["turn_after"] = draws.keep(draws.either_way() * math.pi, 0, p)
        if "stretch" in operations:
            drawn["stretch"] = draws.keep(draws.factor(DEVIATION), 1)
        if "fractional_shift" in operations:
            drawn["slide"] = draws.keep(draws.normal(2) * SHIFT, 0)
        return Geometry(**drawn)

    @property
    def active(self) -> Tensor:
        """Which images change at all, (n,) bool."""
        neutral = {"scale": 1.0, "stretch": 1.0}
        changed = [getattr(self, f.name) != neutral.get(f.name, 0.0) for f in fields(self)]
        return torch.stack([one.flatten(1).any(1) if one.dim() > 1 else one for one in changed]).any(0)

    def inverse(self, width: int, height: int) -> Tensor:
        """(n, 3, 3): where a pixel of the result comes from, in pixels from the middle."""
        sides = torch.tensor([width, height], dtype=self.shift.dtype, device=self.shift.device)
        whole, slide = torch.round(self.shift * sides), self.slide * sides
        steps = (
            scaling(1 - 2 * self.flip, torch.ones_like(self.flip)),
            rotation(self.quarters * (math.pi / 2)),
            shifting(-whole[:, 0], -whole[:, 1]),
            scaling(1 / self.scale, 1 / self.scale),
            rotation(self.turn_before),
            scaling(1 / self.stretch, self.stretch),
            rotation(self.turn_after),
            shifting(-slide[:, 0], -slide[:, 1]),
        )
        whole_way = steps[0]
        for step in steps[1:]:
            whole_way = whole_way @ step
        return whole_way


def matrix(rows: list[list[Tensor]]) -> Tensor:
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def scaling(x: Tensor, y: Tensor) -> Tensor:
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    return matrix([[x, zero, zero], [zero, y, zero], [zero, zero, one]])


def shifting(x: Tensor, y: Tensor) -> Tensor:
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    return matrix([[one, zero, x], [zero, one, y], [zero, zero, one]])


def rotation(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    zero, one = torch.zeros_like(angle), torch.ones_like(angle)
    return matrix([[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]])


def constant(like: Tensor, scale: tuple[float, float] = (1, 1), shift: tuple[float, float] = (0, 0)) -> Tensor:
    return like.new_tensor([[scale[0], 0, shift[0]], [0, scale[1], shift[1]], [0, 0, 1]])


def reach(inverse: Tensor, width: int, height: int, pad: int) -> tuple[int, int, int, int]:
    """How many pixels beyond left, top, right and bottom the results look, at most a side less one."""
    x, y = (width - 1) / 2, (height - 1) / 2
    corners = torch.tensor([[-x, x, x, -x], [-y, -y, y, y], [1, 1, 1, 1]], dtype=inverse.dtype, device=inverse.device)
    places = (inverse @ corners)[:, :2].transpose(0, 1).flatten(1)
    far = torch.cat([-places.amin(1), places.amax(1)])
    limit = torch.tensor([width - 1, height - 1] * 2, dtype=far.dtype, device=far.device)
    needed = far + torch.tensor([2 * pad - x, 2 * pad - y] * 2, dtype=far.dtype, device=far.device)
    left, top, right, bottom = needed.clamp(min=0).minimum(limit).ceil().int().tolist()
    return left, top, right, bottom


def warp(x: Tensor, inverse: Tensor) -> Tensor:
    """`x` (n, channels, h, w) under the inverse matrices (n, 3, 3); mirrored beyond its edges.

    Bilinear reading happens on an image doubled by the wavelet filter, and the result is halved by it.
    """
    height, width = x.shape[2:]
    taps = taps_of(SYM6).to(x.device)
    pad = len(taps) // 4
    inverse = inverse.double()  # so that the padding, which the whole batch decides, leaves no trace
    left, top, right, bottom = reach(inverse, width, height, pad)
    x = F.pad(x, (left, right, top, bottom), mode="reflect")
    before, behind = (len(taps) + 1) // 2, (len(taps) - 2) // 2
    x = resample(x, taps, up=2, padding=(before, behind, before, behind), gain=4.0)

    # From pixels of the result to pixels of the padded image, then of the doubled one, then to -1..1.
    inverse = constant(inverse, shift=((left - right) / 2, (top - bottom) / 2)) @ inverse
    inverse = constant(inverse, scale=(2, 2)) @ inverse @ constant(inverse, scale=(0.5, 0.5))
    inverse = constant(inverse, shift=(-0.5, -0.5)) @ inverse @ constant(inverse, shift=(0.5, 0.5))
    rows, columns = 2 * (height + 2 * pad), 2 * (width + 2 * pad)
    to_sides, from_sides = (2 / x.shape[3], 2 / x.shape[2]), (columns / 2, rows / 2)
    inverse = constant(inverse, scale=to_sides) @ inverse @ constant(inverse, scale=from_sides)
    grid = F.affine_grid(inverse[:, :2].to(x.dtype), [len(x), x.shape[1], rows, columns], align_corners=False)
    x = F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    before, behind = (len(taps) - 1) // 2 - 2 * pad, (len(taps) - 2) // 2 - 2 * pad
    return resample(x, taps.flip(0), down=2, padding=(before, behind, before, behind))
