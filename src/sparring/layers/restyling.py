"""Residual blocks that read and write styles (Choi et al. 2020); sums over sqrt(2) keep their deviation."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .norms import InstanceNorm2d, instance_norm


class Adain(nn.Module):
    """Instance norm, scaled by 1 + a and shifted by b, which follow from a style (n, style)."""

    def __init__(self, channels: int, style: int):
        super().__init__()
        self.affine = nn.Linear(style, 2 * channels)  # scales, then shifts

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, 1)
        return torch.addcmul(shift, instance_norm(x), 1 + scale)


class RestylingDown(nn.Module):
    """Two 3x3 convolutions behind leaky ReLU, plus a 1x1 shortcut if it widens, over sqrt(2). (n, a, h, w) -> b maps.

    `halve` averages squares of 2x2 on the way; `norm` puts instance norm in front of the convolutions.
    """

    def __init__(self, inputs: int, outputs: int, halve: bool, norm: bool):
        super().__init__()
        self.halves = halve
        self.norm1 = InstanceNorm2d(inputs, affine=True) if norm else nn.Identity()
        self.norm2 = InstanceNorm2d(inputs, affine=True) if norm else nn.Identity()
        self.conv1 = nn.Conv2d(inputs, inputs, 3, padding=1)
        self.conv2 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else None

    def forward(self, x: Tensor) -> Tensor:
        h = self.halved(self.conv1(F.leaky_relu(self.norm1(x), 0.2)))
        h = self.conv2(F.leaky_relu(self.norm2(h), 0.2))
        # Averaging and 1x1 commute, and the 1x1 is cheaper on small maps.
        x = self.halved(x)
        return (h + (x if self.shortcut is None else self.shortcut(x))) / math.sqrt(2)

    def halved(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2) if self.halves else x


class RestylingUp(nn.Module):
    """The same with styled norms and nearest doubling. (n, a, h, w) and style -> (n, b, 2h, 2w), or h and w."""

    def __init__(self, inputs: int, outputs: int, style: int, double: bool):
        super().__init__()
        self.doubles = double
        self.norm1, self.norm2 = Adain(inputs, style), Adain(outputs, style)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else None

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        h = self.doubled(F.leaky_relu(self.norm1(x, style), 0.2))
        h = self.conv2(F.leaky_relu(self.norm2(self.conv1(h), style), 0.2))
        x = self.doubled(x if self.shortcut is None else self.shortcut(x))
        return (h + x) / math.sqrt(2)

    def doubled(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=2) if self.doubles else x
