"""The two ways in which images come to a feature network's size, to the last bit as others do it.

Scores depend on this more than on many a change of the generator (Parmar et al. 2022).
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

SUPPORT = 2.0  # of the cubic kernel, in pixels of the coarser image
SHARPNESS = -0.5  # Keys' parameter a, as Pillow has it


def tf1(images: Tensor, side: int) -> Tensor:
    """Bilinear as in TensorFlow 1: no filter against aliasing, and pixel i of n lies at i times the ratio of sizes.

    Images (n, channels, height, width) uint8 to float32 (n, channels, side, side) in [0, 255].
    """
    x = images.float()
    for dimension in (3, 2):
        size = x.shape[dimension]
        place = torch.arange(side, dtype=torch.float32, device=x.device) * torch.tensor(size / side, device=x.device)
        low = place.long()
        share = (place - low.float()).view((-1,) if dimension == 3 else (-1, 1))
        left, right = x.index_select(dimension, low), x.index_select(dimension, (low + 1).clamp_max(size - 1))
        x = right.sub_(left).mul_(share).add_(left)
    return x


def clean(images: Tensor, side: int) -> Tensor:
    """Bicubic with a filter against aliasing, in floats, cut off at 0 and 255 but not rounded (clean-fid).

    Images (n, channels, height, width) uint8 to float32 (n, channels, side, side) in [0, 255].
    """
    height, width = images.shape[2:]
    x = images.float()
    if width != side:
        x = x @ cubic(width, side).to(x.device).T
    if height != side:
        x = cubic(height, side).to(x.device) @ x
    return x.clamp(0, 255)


@lru_cache(maxsize=16)
def cubic(size: int, side: int) -> Tensor:
    """(side, size) float32: the share of each of `size` pixels in each of `side` pixels."""
    ratio = size / side
    wide = max(ratio, 1.0)
    centre = (torch.arange(side, dtype=torch.float64) + 0.5) * ratio
    first = (centre - SUPPORT * wide + 0.5).long().clamp_min(0)
    last = (centre + SUPPORT * wide + 0.5).long().clamp_max(size)
    pixel = torch.arange(size)
    inside = (pixel >= first[:, None]) & (pixel < last[:, None])
    weights = keys((pixel + 0.5 - centre[:, None]).abs() / wide) * inside
    return (weights / weights.sum(1, keepdim=True)).float()


def keys(distance: Tensor) -> Tensor:
    """The cubic convolution kernel (Keys 1981) of distances >= 0."""
    x, a = distance, SHARPNESS
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0))
