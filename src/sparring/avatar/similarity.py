"""Turning, scaling and shifting the plane, fitted to points."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import torch
from torch import Tensor

LEAST = 1e-6  # correlation of two sets of points below which no direction is better than another


@dataclass(frozen=True, eq=False)
class Similarity:
    """The map x' = c R x + t: a scale c > 0, a rotation R and a shift t, never a mirror.

    `matrix` (2, 3) float64 is [cR | t]; for a crop it leads from the photo to the crop.
    """

    matrix: Tensor

    @classmethod
    def of(cls, scale: float = 1.0, angle: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> Similarity:
        """From its four numbers; `angle` in radians leads from x to y, which looks clockwise, `shift` is in pixels.

        ValueError unless the scale is above 0.
        """
        if not (0 < scale < math.inf):
            raise ValueError(f"a similarity has a scale above 0, and not {scale}: mirrors and points cannot be undone")
        c, s = scale * math.cos(angle), scale * math.sin(angle)
        return cls(torch.tensor([[c, -s, shift[0]], [s, c, shift[1]]], dtype=torch.float64))

    @property
    def scale(self) -> float:
        return math.hypot(self.matrix[0, 0].item(), self.matrix[1, 0].item())

    @property
    def angle(self) -> float:
        """Radians in (-pi, pi], from x to y."""
        return math.atan2(self.matrix[1, 0].item(), self.matrix[0, 0].item())

    @property
    def shift(self) -> tuple[float, float]:
        return self.matrix[0, 2].item(), self.matrix[1, 2].item()

    @property
    def inverse(self) -> Similarity:
        """The exact way back: R^T / c."""
        turn = self.matrix[:, :2].T / self.scale**2
        return Similarity(torch.cat([turn, -turn @ self.matrix[:, 2:]], 1))

    def apply(self, points: Tensor) -> Tensor:
        """Points (n, 2) where they come to lie."""
        return points.double() @ self.matrix[:, :2].T + self.matrix[:, 2]

    def then(self, other: Similarity) -> Similarity:
        """First this one, then the other."""
        turn = other.matrix[:, :2]
        shift = turn @ self.matrix[:, 2:] + other.matrix[:, 2:]
        return Similarity(torch.cat([turn @ self.matrix[:, :2], shift], 1))

    def resized(self, factor: float) -> Similarity:
        """The same crop with `factor` times as many pixels a side.

        The outer edges stay, not the centres of the corner pixels: x' = f x + (f - 1) / 2.
        """
        return self.then(resizing(factor))


def resizing(factor: float) -> Similarity:
    """What resizing an image does to its pixels' places, half pixels included."""
    rest = (factor - 1) / 2
    return Similarity.of(factor, shift=(rest, rest))


def fit(source: Tensor, target: Tensor) -> Similarity | None:
    """The similarity that leads `source` nearest to `target`, both (n, 2), in the least squares.

    That is Umeyama's (1991) solution. In the plane it needs neither a decomposition nor a guard against mirrors: with
    points as complex numbers about their means it is one factor, sum(conj(s) d) / sum(|s|^2), and no factor mirrors.
    None where the points have no extent, are not finite, or fit no direction better than another.
    """
    source, target = source.double(), target.double()
    if source.shape != target.shape or source.dim() != 2 or source.shape[1] != 2:
        shapes = f"{tuple(source.shape)} and {tuple(target.shape)}"
        raise ValueError(f"a similarity is fitted to as many points as it has targets, both (n, 2), not {shapes}")
    if len(source) < 2 or not (source.isfinite().all() and target.isfinite().all()):
        return None
    middle, goal = source.mean(0), target.mean(0)
    s, d = (source - middle).T, (target - goal).T
    spread, extent = s.square().sum().item(), d.square().sum().item()
    product = complex((s * d).sum().item(), (s[0] * d[1] - s[1] * d[0]).sum().item())
    # Numbers of the size of rounding errors are no extent.
    rounding = len(s.T) * (1e-12 * max(1.0, source.abs().max().item())) ** 2
    if spread <= rounding or abs(product) <= LEAST * math.sqrt(spread * extent):
        return None
    scale, angle = cmath.polar(product / spread)
    turned = Similarity.of(scale, angle)
    x, y = (goal - turned.apply(middle[None])[0]).tolist()
    return Similarity.of(scale, angle, (x, y))
