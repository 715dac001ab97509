"""Spatially adaptive normalisation: a label map says scale and shift of every pixel (Park et al. 2019)."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .norms import InstanceNorm2d

HIDDEN = 128  # maps between the labels and their scales and shifts


class Spade(nn.Module):
    """`x` (n, channels, h, w) normalised, times 1 + a, plus b; both follow from `labels` (n, maps, H, W), resized.

    With a and b zero it is the norm without scale and shift.
    """

    def __init__(self, channels: int, labels: int, norm: Literal["batch", "instance"]):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False) if norm == "batch" else InstanceNorm2d(channels)
        self.hidden = nn.Conv2d(labels, HIDDEN, 3, padding=1)
        self.scale = nn.Conv2d(HIDDEN, channels, 3, padding=1)
        self.shift = nn.Conv2d(HIDDEN, channels, 3, padding=1)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        h = F.relu(self.hidden(F.interpolate(labels, x.shape[2:])))
        return torch.addcmul(self.shift(h), self.norm(x), 1 + self.scale(h))
