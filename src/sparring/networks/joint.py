"""Encoders, and critics of pairs (z, x): the networks of ALI, BiGAN and VEEGAN.

The encoder turns samples into latent vectors; the joint critic tells (E(x), x) from (z, G(z)). For images both are
DCGAN's convolutions, and the critic sees z in fully connected layers that join behind them (Dumoulin et al. 2017,
Donahue et al. 2017); for points in the plane both are fully connected (Srivastava et al. 2017).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ..layers.code import Code, moments
from ..layers.initialise import normal_
from ..layers.labels import append_one_hot
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square

SIZES = (16, 32, 64, 128)
WIDEST = 8  # times the width
DENSE = 8  # units of the fully connected layers, times the width


def trunk(inputs: int, size: int, width: int) -> tuple[nn.Sequential, int]:
    """Halving 4x4 convolutions down to 4 pixels, flattened, and how many features that makes."""
    plan = [width * min(WIDEST, 2**i) for i in range((size // 4).bit_length() - 1)]
    layers = list[nn.Module]()
    for i, (a, b) in enumerate(pairwise([inputs, *plan])):
        norm = [nn.BatchNorm2d(b)] if i else []
        layers += [nn.Conv2d(a, b, 4, 2, 1, bias=i == 0), *norm, nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Flatten()), plan[-1] * 16


def dense(*widths: int) -> nn.Sequential:
    """Fully connected layers, each with leaky ReLU behind."""
    layers = list[nn.Module]()
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers)


class Encoder(nn.Module):
    """Turns x (n, *image) and y (n,) or None into a Code of z (n, latent)."""

    def __init__(self, settings: JointEncoder, shape: Shape):
        super().__init__()
        self.classes, self.stochastic = shape.classes, settings.stochastic
        if len(shape.image) == 1:
            self.trunk = dense(shape.image[0] + shape.classes, settings.width, settings.width)
            features = settings.width
        else:
            channels, size = square(shape, settings.kind, SIZES)
            self.trunk, features = trunk(channels + shape.classes, size, settings.width)
        self.head = nn.Linear(features, shape.latent * (2 if settings.stochastic else 1))
        if len(shape.image) == 3:
            normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Code:
        x = append_one_hot(x, y, self.classes) if self.classes else x
        return moments(self.head(self.trunk(x)), self.stochastic)


class Critic(nn.Module):
    """Turns pairs (z (n, latent), x (n, *image)) and y (n,) or None into a Verdict with one logit per pair, (n, 1)."""

    def __init__(self, settings: JointCritic, shape: Shape):
        super().__init__()
        self.classes = shape.classes
        latent, width = shape.latent + shape.classes, settings.width
        if len(shape.image) == 1:
            self.trunk, features = nn.Sequential(), shape.image[0]
            self.code: nn.Module = nn.Identity()
            self.joint = dense(features + latent, width, width)
        else:
            channels, size = square(shape, settings.kind, SIZES)
            self.trunk, features = trunk(channels, size, width)
            width = DENSE * width
            self.code = dense(latent, width, width)
            self.joint = dense(features + width, width, width)
        self.head = nn.Linear(width, 1)
        if len(shape.image) == 3:
            normal_(self)

    def forward(self, pair: tuple[Tensor, Tensor], y: Tensor | None = None) -> Verdict:
        z, x = pair
        z = append_one_hot(z, y, self.classes) if self.classes else z
        seen = self.trunk(x)
        h = self.joint(torch.cat([seen, self.code(z)], 1))
        return Verdict((self.head(h),), (seen, h))


@settings
class JointEncoder:
    """An encoder for ALI, BiGAN and VEEGAN, for images of 16 to 128 pixels and for points."""

    kind: Literal["encoder"] = "encoder"
    width: int = 64
    """Channels of the first stage, doubling up to 8 times as many; for points, units of both layers."""
    stochastic: bool = False
    """Say a Gaussian per sample, as ALI does, and not a point, as BiGAN and VEEGAN do."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Encoder(self, shape)


@settings
class JointCritic:
    """A critic of pairs of latent vector and sample, for images of 16 to 128 pixels and for points."""

    kind: Literal["joint-critic"] = "joint-critic"
    width: int = 64
    """Channels of the first stage, doubling up to 8 times as many; for points, units of both layers."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
