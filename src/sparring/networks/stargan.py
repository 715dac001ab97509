"""StarGAN (Choi et al. 2018): one generator for many domains, told which one, and a critic that names the domain.

The generator pads with zeros: with reflected edges instance norm would remove the constant maps that say the domain.
Instance norm always looks at the image at hand, as the authors' own translations do.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ..layers.labels import check, one_hot, tiled
from ..layers.norms import InstanceNorm2d
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, channels_of, positive, translated

HALVINGS = 2


def wanted(y: Tensor | None, classes: int, like: Tensor) -> Tensor:
    """Domains (n,) int64 as zeros and ones (n, classes); attributes (n, classes) as they are."""
    y = check(y, classes)
    return y.to(like.dtype) if y.dim() == 2 else one_hot(y, classes, like)


class Block(nn.Module):
    """3x3, instance norm, ReLU, 3x3, instance norm, added to the input. (n, c, h, w) kept."""

    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            InstanceNorm2d(channels, affine=True),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            InstanceNorm2d(channels, affine=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Generator(nn.Module):
    """Turns x (n, *source) and y, domains (n,) or attributes (n, classes), into (n, *image) in [-1, 1]."""

    def __init__(self, settings: StarganGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        if not shape.classes:
            raise ValueError(f"{settings.kind} needs domains to translate between: set data.labels=auto")
        self.classes = shape.classes
        widths = [settings.width << stage for stage in range(HALVINGS + 1)]
        layers = self.normed(nn.Conv2d(inputs + shape.classes, widths[0], 7, padding=3, bias=False))
        for a, b in pairwise(widths):
            layers += self.normed(nn.Conv2d(a, b, 4, 2, 1, bias=False))
        layers += [Block(widths[-1]) for _ in range(settings.blocks)]
        for a, b in pairwise(reversed(widths)):
            layers += self.normed(nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False))
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[0], outputs, 7, padding=3, bias=False), nn.Tanh())

    @staticmethod
    def normed(conv: nn.Conv2d | nn.ConvTranspose2d) -> list[nn.Module]:
        return [conv, InstanceNorm2d(conv.out_channels, affine=True), nn.ReLU(inplace=True)]

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.layers(torch.cat([x, tiled(wanted(y, self.classes, x), x)], 1))


class Critic(nn.Module):
    """Turns x (n, channels, h, w) into a Verdict with one map of logits and logits of the domains (n, classes)."""

    def __init__(self, settings: StarganCritic, shape: Shape):
        super().__init__()
        channels = channels_of(shape, settings.kind, 2**settings.layers)
        if shape.image[1] != shape.image[2] or shape.image[1] % 2**settings.layers:
            raise ValueError(f"{settings.kind} judges squares whose side is a multiple of {2**settings.layers} pixels")
        plan = [settings.width << stage for stage in range(settings.layers)]
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 4, 2, 1), nn.LeakyReLU(0.01, inplace=True))
            for a, b in pairwise([channels, *plan])
        )
        self.head = nn.Conv2d(plan[-1], 1, 3, padding=1, bias=False)
        last = shape.image[1] >> settings.layers
        self.classifier = nn.Conv2d(plan[-1], shape.classes, last, bias=False) if shape.classes else None

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        features = list[Tensor]()
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        classes = None if self.classifier is None else self.classifier(x).flatten(1)
        return Verdict((self.head(x),), tuple(features), classes)


@settings
class StarganGenerator:
    """StarGAN's generator, for sides that are multiples of 4 pixels."""

    kind: Literal["stargan-generator"] = "stargan-generator"
    width: int = 64
    """Channels at full size; 4 times as many in the blocks."""
    blocks: int = 6
    """Residual blocks."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("blocks", self.blocks)

    @property
    def multiple(self) -> int:
        return 2**HALVINGS

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class StarganCritic:
    """StarGAN's discriminator, which also names the domain."""

    kind: Literal["stargan-critic"] = "stargan-critic"
    width: int = 64
    """Channels of the first layer; each layer after has twice as many."""
    layers: int = 6
    """Halvings (published: 6, for 128 pixels and more)."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("layers", self.layers)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
