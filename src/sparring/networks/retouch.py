"""A U-Net that keeps what it was given and makes only what is missing.

Of gray pictures it keeps the brightness and makes the colours; of pictures with a hole it keeps everything outside.
What is kept is kept exactly, so that the critic, and whoever saves the result, sees nothing else changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor, nn

from ..settings import settings
from .network import Shape
from .unet import UnetGenerator

LUMA = (0.299, 0.587, 0.114)  # as data.source=gray, and Pillow's "L"
BLUE, RED = 1.772, 1.402  # largest distances from the luma (ITU-R BT.601)
LEAST = 1e-6


def coloured(gray: Tensor, chroma: Tensor) -> Tensor:
    """RGB (n, 3, h, w) in [-1, 1] with the luma `gray` (n, 1, h, w) and the chroma Cb, Cr (n, 2, h, w) in [-1, 1].

    Where that is no colour, it is paled until it is one: the luma stays, and chroma 0 is gray.
    """
    blue, red = BLUE * chroma[:, :1], RED * chroma[:, 1:]
    green = -(LUMA[0] * red + LUMA[2] * blue) / LUMA[1]
    away = torch.cat([red, green, blue], 1)
    room = torch.where(away > 0, 1 - gray, 1 + gray)
    return gray + away * (room / away.abs().clamp(min=LEAST)).clamp(max=1).amin(1, keepdim=True)


def filled(holed: Tensor, made: Tensor) -> Tensor:
    """`made` (n, c, h, w) inside the hole, and `holed` (n, c + 1, h, w), whose last map is 1 there, outside."""
    return torch.where(holed[:, -1:] > 0, made, holed[:, :-1])


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image) in [-1, 1]."""

    def __init__(self, settings: RetouchGenerator, shape: Shape):
        super().__init__()
        channels, given = shape.image[0], (shape.source or shape.image)[0]
        self.keep = settings.keep
        if self.keep == "brightness" and (given, channels) != (1, 3):
            raise ValueError(
                f"keep=brightness gives gray pictures their colours, 1 channel into 3, not {given} into {channels}: "
                "set data.source=gray and data.channels=3"
            )
        if self.keep == "outside" and given != channels + 1:
            raise ValueError(
                f"keep=outside starts from a picture and the map of its hole, {channels + 1} channels, not {given}: "
                "set data.source=mask"
            )
        inside = replace(shape, image=(2, *shape.image[1:])) if self.keep == "brightness" else shape
        self.network = settings.unet.build(inside)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        made = self.network(x, y)
        return coloured(x, made) if self.keep == "brightness" else filled(x, made)


@settings
class RetouchGenerator:
    """A U-Net for colours or for holes, for sides that are multiples of 2^unet.depth pixels."""

    kind: Literal["retouch-generator"] = "retouch-generator"
    keep: Literal["brightness", "outside"] = "brightness"
    """What stays as it is: the brightness of a gray picture, or what lies outside the hole of a picture with a map."""
    unet: UnetGenerator = UnetGenerator()
    """What makes the rest."""

    @property
    def multiple(self) -> int:
        return self.unet.multiple

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
