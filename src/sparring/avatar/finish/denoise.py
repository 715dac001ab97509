"""Taking noise off an avatar without touching its lines."""

from __future__ import annotations

from torch import Tensor

from ..blur import box

RADIUS = 1 / 48  # sides
EDGE = 0.05  # standard deviation in a square from which on it is kept as an edge, of [0, 1]


def denoise(made: Tensor, strength: float) -> Tensor:
    """The avatar (3, size, size), that much of it through a guided filter with itself as guide (He et al. 2010).

    In every square the picture is a straight line of the guide: flat where the guide hardly varies, itself at edges,
    without the reversed gradients of a bilateral filter.
    """
    if strength == 0:
        return made
    radius = max(1, round(RADIUS * made.shape[-1]))
    mean = box(made, radius)
    variance = (box(made * made, radius) - mean * mean).clamp(min=0)
    slope = variance / (variance + EDGE**2)
    smooth = box(slope, radius) * made + box(mean - slope * mean, radius)
    return made.lerp(smooth, strength).clamp(0, 1)
