"""Small decoders that rebuild an image from a critic's features: self-supervision for critics."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..play import chance

START = 8  # side in pixels of the features a decoder starts from
WIDTHS = {16: 128, 32: 64, 64: 64, 128: 32}  # channels by side


class Decoder(nn.Module):
    """Nearest doublings, each with 3x3, norm and gate, up to an image (Liu et al. 2021).

    (n, inputs, h, w), resized to 8x8 -> (n, channels, size, size) in [-1, 1], for sizes of 16 to 128. `share` is that
    of the published width.
    """

    def __init__(self, inputs: int, channels: int, size: int, share: float = 1.0):
        super().__init__()
        stages = list[nn.Module]()
        for side, full in WIDTHS.items():
            if side <= size:
                width = max(1, round(full * share))
                conv = nn.Conv2d(inputs, 2 * width, 3, padding=1, bias=False)
                stages.append(nn.Sequential(nn.Upsample(scale_factor=2), conv, nn.BatchNorm2d(2 * width), nn.GLU(1)))
                inputs = width
        self.stages = nn.Sequential(*stages)
        self.head = nn.Conv2d(inputs, channels, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.stages(F.adaptive_avg_pool2d(x, START))).tanh()


def rebuilding_error(decoders: tuple[nn.Module, ...], features: tuple[Tensor, Tensor, Tensor], image: Tensor) -> Tensor:
    """The sum of three L1 means (0-d): the image from the first features and from the last, a quarter from the second.

    Which quarter is drawn for each sample anew.
    """
    whole, part, small = features
    quarter = chance.integers(4, (len(image),), image.device)
    pairs = [
        (decoders[0](whole), image),
        (decoders[1](quarters(part, quarter)), quarters(image, quarter)),
        (decoders[2](small), image),
    ]
    return torch.stack([F.l1_loss(made, resized(wanted, made.shape[-1])) for made, wanted in pairs]).sum()


def quarters(x: Tensor, which: Tensor) -> Tensor:
    """One quarter of each sample, (n, c, 2h, 2w) -> (n, c, h, w); `which` (n,) counts row by row."""
    height, width = x.shape[2] // 2, x.shape[3] // 2
    cut = x.unflatten(3, (2, width)).unflatten(2, (2, height))  # (n, c, 2, h, 2, w)
    return cut.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)[torch.arange(len(x), device=x.device), which]


def resized(image: Tensor, side: int) -> Tensor:
    return image if image.shape[-1] == side else F.interpolate(image, size=side, mode="area")
