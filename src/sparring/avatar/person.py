"""Where in a picture people are, hair and shoulders included: MediaPipe's selfie segmentation (Apache-2.0).

The weights come with this package. The network is MobileNetV3's (Howard et al. 2019) with a decoder that lets what
is seen in a quarter of the picture choose among the finer maps.
"""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.efficientnet import FrozenConvolution
from ..layers.shipped import shipped

SIDE = 256
# Wide and narrow channels, kernel, stride, channels of the squeeze (0 = none).
STAGES = ((16, 16, 3, 2, 8), (72, 24, 3, 2, 0), (88, 24, 3, 1, 0), (96, 32, 5, 2, 24), (128, 32, 5, 1, 32))
STAGES += ((128, 32, 5, 1, 32), (96, 32, 5, 1, 24), (96, 32, 5, 1, 24))
SMOOTH = 3
"""Stages with ReLU; those after it have hard swish."""
SKIPS = (0, 2)
"""Stages whose maps the decoder goes back to, after the first maps of all."""


class Squeeze(nn.Module):
    """A weight for every channel from its mean over the picture."""

    def __init__(self, channels: int, squeezed: int):
        super().__init__()
        self.narrow, self.widen = FrozenConvolution(channels, squeezed, 1), FrozenConvolution(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.widen(F.relu(self.narrow(x.mean((2, 3), keepdim=True)))))


class Block(nn.Module):
    """1x1 that widens, depthwise, weights for the channels, 1x1 that narrows, plus the input where the shape stays."""

    def __init__(self, inputs: int, wide: int, outputs: int, kernel: int, stride: int, squeezed: int, smooth: bool):
        super().__init__()
        self.widen = FrozenConvolution(inputs, wide, 1)
        self.depthwise = FrozenConvolution(wide, wide, kernel, stride, groups=wide)
        self.squeeze = Squeeze(wide, squeezed) if squeezed else None
        self.narrow = FrozenConvolution(wide, outputs, 1)
        self.residual, self.act = stride == 1 and inputs == outputs, F.hardswish if smooth else F.relu

    def forward(self, x: Tensor) -> Tensor:
        h = self.act(self.depthwise(self.act(self.widen(x))))
        h = self.narrow(h if self.squeeze is None else h * self.squeeze(h))
        return x + h if self.residual else h


class Finer(nn.Module):
    """Maps enlarged to twice their side, and finer ones that are chosen from by what both show."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.narrow, self.choose = FrozenConvolution(inputs, outputs, 1), Squeeze(outputs, outputs)
        self.mix = FrozenConvolution(outputs, outputs, 1)
        self.depthwise = FrozenConvolution(outputs, outputs, 3, groups=outputs)

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        h = self.narrow(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
        h = F.relu(self.mix(finer * self.choose(finer + h) + h))
        return h + F.relu(self.depthwise(h))


class PersonNetwork(nn.Module):
    """Pictures (n, 3, 256, 256), RGB in [0, 1], to the probability (n, 1, 256, 256) that a pixel is a person's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = FrozenConvolution(3, 16, 3, 2)
        blocks, inputs = list[nn.Module](), 16
        for number, (wide, outputs, kernel, stride, squeezed) in enumerate(STAGES):
            blocks.append(Block(inputs, wide, outputs, kernel, stride, squeezed, number >= SMOOTH))
            inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.look, self.weigh = FrozenConvolution(inputs, 128, 1), FrozenConvolution(inputs, 128, 1)
        self.finer = nn.ModuleList([Finer(128, 24), Finer(24, 16), Finer(16, 16)])
        self.head = nn.ConvTranspose2d(16, 1, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = F.hardswish(self.stem(x))
        seen = [h]
        for number, block in enumerate(self.blocks):
            h = block(h)
            if number in SKIPS:
                seen.append(h)
        h = F.relu(self.look(h)) * torch.sigmoid(self.weigh(h.mean((2, 3), keepdim=True)))
        for finer, skip in zip(self.finer, reversed(seen), strict=True):
            h = finer(h, skip)
        return torch.sigmoid(self.head(h))


@cache
def network() -> PersonNetwork:
    """With the shipped weights, read once."""
    with torch.device("meta"):
        found = PersonNetwork()
    found.load_state_dict(shipped("person"), assign=True)
    return found.eval().requires_grad_(False)


@torch.inference_mode()
def person_mask(image: Tensor) -> Tensor:
    """How surely each pixel of an image (3, height, width) in [0, 1] is a person's: (1, height, width) in [0, 1]."""
    size = image.shape[1:]
    seen = F.interpolate(image[None].float(), (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
    found = F.interpolate(network()(seen), size, mode="bilinear", antialias=True, align_corners=False)[0]
    return found.clamp(0, 1).clone()
