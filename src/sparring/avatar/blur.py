"""Blurring with edges repeated, so that nothing darkens at the border."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian(image: Tensor, deviation: float) -> Tensor:
    """Blurs (channels, height, width) with a standard deviation in pixels; 0 changes nothing."""
    if deviation <= 0:
        return image
    reach = math.ceil(3 * deviation)
    offsets = torch.arange(-reach, reach + 1, dtype=torch.float64)
    taps = torch.exp(-0.5 * (offsets / deviation) ** 2)
    taps = (taps / taps.sum()).to(image)
    padded = F.pad(image[None], (reach,) * 4, mode="replicate").transpose(0, 1)
    return F.conv2d(F.conv2d(padded, taps.view(1, 1, 1, -1)), taps.view(1, 1, -1, 1))[:, 0]


def box(image: Tensor, radius: int) -> Tensor:
    """The mean (channels, height, width) over squares of 2 radius + 1 pixels, at the edges over what there is."""
    side = 2 * radius + 1
    for kernel, padding in (((1, side), (0, radius)), ((side, 1), (radius, 0))):
        image = F.avg_pool2d(image[None], kernel, stride=1, padding=padding, count_include_pad=False)[0]
    return image
