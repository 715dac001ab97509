"""Whose face it is, as 128 numbers: a residual network after dlib's (King 2017), which gradients pass through.

The weights come with this package; they are those of @vladmandic/face-api (MIT), which has them from dlib (CC0).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..play.scene import full
from .shipped import shipped

SIDE, NUMBERS = 150, 128
MEAN = (122.782, 117.001, 104.298)
"""Of red, green and blue in the faces that it was trained on, in [0, 255]."""
STAGES = ((32, 3), (64, 3), (128, 2), (256, 2), (256, 0))
"""Channels, and blocks that keep the size after the one that halves it; the first stage has no such one."""


class Block(nn.Module):
    """Two convolutions beside the input; one that halves averages the input and adds channels of zeros to it."""

    def __init__(self, inputs: int, outputs: int, halves: bool):
        super().__init__()
        self.halves = halves
        # Without padding where it halves, as dlib: the map shrinks by one more, which zeros fill.
        self.first = nn.Conv2d(inputs, outputs, 3, 2, 0) if halves else nn.Conv2d(inputs, outputs, 3, 1, 1)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.second(F.relu(self.first(x)))
        if self.halves:
            x = F.avg_pool2d(x, 2)
            x = F.pad(x, (0, 0, 0, 0, 0, h.shape[1] - x.shape[1]))
            h = F.pad(h, (0, x.shape[3] - h.shape[3], 0, x.shape[2] - h.shape[2]))
        return F.relu(h + x)


class FaceIdentity(nn.Module):
    """Aligned faces (n, 3, 150, 150), RGB in [0, 1], to (n, 128) of length 1; others are resized to 150 pixels.

    Faces of one person are near each other: a cosine above about 0.9. Freshly built it holds noise: see `pretrained`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 7, 2)
        blocks, inputs = list[nn.Module](), 32
        for number, (channels, repeats) in enumerate(STAGES):
            halving = [Block(inputs, channels, halves=True)] if number else []
            blocks += [*halving, *(Block(channels, channels, halves=False) for _ in range(repeats))]
            inputs = channels
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(inputs, NUMBERS, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        # In full: 1 - cosine is a hundredth, which half precision would round to nothing.
        return F.normalize(full(self.numbers(x)), dim=1)

    def numbers(self, x: Tensor) -> Tensor:
        """Before they are brought to length 1: dlib's own, whose distance is below 0.6 for one person."""
        if x.shape[2:] != (SIDE, SIDE):
            x = F.interpolate(x, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
        h = x - x.new_tensor(MEAN).view(1, 3, 1, 1) / 255
        h = F.max_pool2d(F.relu(self.stem(h)), 3, 2)
        return self.head(self.blocks(h).mean((2, 3)))


def pretrained() -> FaceIdentity:
    """The network with its weights, frozen; gradients pass through it to the images."""
    with torch.device("meta"):
        network = FaceIdentity()
    network.load_state_dict(shipped("face_identity"), assign=True)
    return network.eval().requires_grad_(False)
