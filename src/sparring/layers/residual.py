"""Residual blocks that double or halve the resolution (Miyato et al. 2018).

The first activation of a block is never in place: it would change the input that the shortcut reads. All
work is done at the smaller resolution. The 1x1 convolution of a shortcut commutes with doubling and with
pooling, and costs a quarter there. A 3x3 convolution behind nearest doubling, or before average pooling by 2, is
one 4x4 convolution of stride 2 with the same weights spread out, and costs four ninths.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from .conditional_norm import batch_norm, normalise

Upsample = Literal["nearest", "bilinear"]


def double(x: Tensor, how: Upsample) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode=how, align_corners=None if how == "nearest" else False)


def spread(weight: Tensor) -> Tensor:
    """The 4x4 kernel that is a 3x3 kernel in its four places, added up."""
    corners = [F.pad(weight, (left, 1 - left, top, 1 - top)) for left in (0, 1) for top in (0, 1)]
    return (corners[0] + corners[1]) + (corners[2] + corners[3])


def conv_of_doubled(x: Tensor, conv: nn.Conv2d, how: Upsample) -> Tensor:
    """`conv` (3x3, padded by 1) of `x` doubled."""
    if how == "bilinear":
        return conv(double(x, how))
    kernel = spread(conv.weight.flip(2, 3)).transpose(0, 1)
    return F.conv_transpose2d(x, kernel, conv.bias, stride=2, padding=1)


def pooled_conv(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """`conv` (3x3, padded by 1) of `x`, averaged over squares of 2x2."""
    return F.conv2d(x, spread(conv.weight) / 4, conv.bias, stride=2, padding=1)


class UpBlock(nn.Module):
    """Norm, ReLU, doubling, 3x3, norm, ReLU, 3x3, plus a doubled 1x1 shortcut.

    (n, inputs, h, w) and labels or None -> (n, outputs, 2h, 2w). With `guide`, vectors of that length guide the
    norms instead of labels.
    """

    def __init__(self, inputs: int, outputs: int, classes: int = 0, upsample: Upsample = "nearest", guide: int = 0):
        super().__init__()
        self.upsample: Upsample = upsample
        self.norm1 = batch_norm(inputs, classes, guide)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = batch_norm(outputs, classes, guide)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h = F.relu(normalise(self.norm1, x, y), inplace=True)
        h = conv_of_doubled(h, self.conv1, self.upsample)
        h = self.conv2(F.relu(normalise(self.norm2, h, y), inplace=True))
        return h + double(self.shortcut(x), self.upsample)


class DownBlock(nn.Module):
    """ReLU, 3x3, ReLU, 3x3, optional average pooling by 2, plus a shortcut treated alike.

    (n, inputs, h, w) -> (n, outputs, h/2, w/2), or (n, outputs, h, w) where `halve` is false. The middle is
    as narrow as the input unless it is given. `entry` leaves out the first ReLU, for the block that sees the image,
    and makes the middle as wide as the output. `rectified` lets the shortcut read the input behind the first ReLU.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        halve: bool = True,
        entry: bool = False,
        rectified: bool = False,
        middle: int | None = None,
    ):
        super().__init__()
        if middle is None:
            middle = outputs if entry else inputs
        self.halve, self.entry, self.rectified = halve, entry, rectified
        self.conv1 = nn.Conv2d(inputs, middle, 3, padding=1)
        self.conv2 = nn.Conv2d(middle, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if halve or inputs != outputs else None

    def forward(self, x: Tensor) -> Tensor:
        h = x if self.entry else F.relu(x)
        x = h if self.rectified else x
        h = F.relu(self.conv1(h), inplace=True)
        h = pooled_conv(h, self.conv2) if self.halve else self.conv2(h)
        x = F.avg_pool2d(x, 2) if self.halve else x
        return h + (x if self.shortcut is None else self.shortcut(x))
