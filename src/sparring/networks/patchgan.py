"""PatchGAN (Isola et al. 2017): a critic of overlapping squares, each with a logit of its own.

`layers` halvings and two more convolutions see squares of 16, 34, 70, 142 or 286 pixels for 1 to 5; the critic of
pixels sees one. With blur in front of every halving it is CUT's (Park et al. 2020).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from ..layers.blur import BlurDown
from ..layers.initialise import normal_, xavier_normal_
from ..layers.norms import Norm, needs_bias, norm_of
from ..layers.projection import LabelHead
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, channels_of, positive

WIDEST = 8  # times the width


def receptive_field(layers: int) -> int:
    """Side in pixels of the square that one logit sees."""
    side = 1
    for stride in (1, 1, *[2] * layers):
        side = (side - 1) * stride + 4
    return side


class Critic(nn.Module):
    """Turns x (n, channels, h, w) and y (n,) or None into a Verdict with one map of logits, (n, 1, ...)."""

    def __init__(self, settings: PatchCritic, shape: Shape):
        super().__init__()
        channels = channels_of(shape, settings.kind, 3 * 2**settings.layers)
        bias, blur = needs_bias(settings.norm), settings.blur
        plan = [settings.width * min(WIDEST, 2**stage) for stage in range(settings.layers + 1)]
        stages = [nn.Sequential(nn.Conv2d(channels, plan[0], 4, 1 if blur else 2, 1), *self.end(blur))]
        for number, (a, b) in enumerate(pairwise(plan), start=1):
            halves = number < settings.layers
            conv = nn.Conv2d(a, b, 4, 2 if halves and not blur else 1, 1, bias=bias)
            stages.append(nn.Sequential(conv, norm_of(settings.norm, b), *self.end(blur and halves)))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Conv2d(plan[-1], 1, 4, 1, 1)
        self.labels = LabelHead("projection", plan[-1], shape.classes)
        if blur:
            xavier_normal_(self, 0.02)
        else:
            normal_(self)

    @staticmethod
    def end(blur: bool) -> list[nn.Module]:
        return [nn.LeakyReLU(0.2, inplace=True), *([BlurDown()] if blur else [])]

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h, features = x, list[Tensor]()
        for stage in self.stages:
            h = stage(h)
            features.append(h)
        return self.labels(self.head(h), h, y, tuple(features))


class PixelJudge(nn.Module):
    """Turns x (n, channels, h, w) and y (n,) or None into a Verdict with a logit for every pixel, (n, 1, h, w)."""

    def __init__(self, settings: PixelCritic, shape: Shape):
        super().__init__()
        channels, width, bias = channels_of(shape, settings.kind, 1), settings.width, needs_bias(settings.norm)
        self.entry = nn.Sequential(nn.Conv2d(channels, width, 1), nn.LeakyReLU(0.2, inplace=True))
        inside = [nn.Conv2d(width, 2 * width, 1, bias=bias), norm_of(settings.norm, 2 * width)]
        self.middle = nn.Sequential(*inside, nn.LeakyReLU(0.2, inplace=True))
        self.head = nn.Conv2d(2 * width, 1, 1, bias=bias)
        self.labels = LabelHead("projection", 2 * width, shape.classes)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        first = self.entry(x)
        second = self.middle(first)
        return self.labels(self.head(second), second, y, (first, second))


@settings
class PatchCritic:
    """The discriminator of squares of pix2pix, CycleGAN and CUT."""

    kind: Literal["patch-critic"] = "patch-critic"
    width: int = 64
    """Channels of the first stage; each stage after has twice as many, up to 8 times."""
    layers: int = 3
    """Halvings: 1 to 5 judge squares of 16, 34, 70, 142 or 286 pixels (published: 3)."""
    norm: Norm = "batch"
    """Published: batch for pix2pix, instance for CycleGAN and CUT."""
    blur: bool = False
    """Blur before halving, as CUT does."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("layers", self.layers)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)


@settings
class PixelCritic:
    """The discriminator of single pixels of pix2pix, which judges colours alone."""

    kind: Literal["pixel-critic"] = "pixel-critic"
    width: int = 64
    """Channels of the first layer; the second has twice as many."""
    norm: Norm = "batch"
    """Published: batch."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return PixelJudge(self, shape)
