"""BigGAN-deep (Brock et al. 2019, appendix B): deeper and cheaper than BigGAN.

Bottleneck blocks with a quarter of the channels inside, two per resolution. The generator's shortcuts drop the
channels that are too many, the critic's append those that are missing, so no shortcut mixes what it carries. All of z
and the label's embedding go to every norm. Meant to be used with spectral normalisation on both networks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.conditional_norm import batch_norm, normalise
from ..layers.initialise import orthogonal_
from ..layers.labels import ClassEmbedding
from ..layers.projection import LabelHead
from ..layers.residual import double
from ..play.scene import Verdict
from ..settings import settings
from .biggan import DOWN, SIZES, UP, attention_behind, halvings
from .network import Shape, positive, square

BOTTLENECK = 4


class UpBlock(nn.Module):
    """1x1, doubling, 3x3, 3x3, 1x1, each behind a guided norm and ReLU, plus the first channels of the input.

    (n, inputs, h, w) and (n, guide) -> (n, outputs, 2h, 2w), or (n, outputs, h, w) where `doubles` is false.
    """

    def __init__(self, inputs: int, outputs: int, guide: int, doubles: bool):
        super().__init__()
        middle = max(1, inputs // BOTTLENECK)
        self.outputs, self.doubles = outputs, doubles
        self.norms = nn.ModuleList(batch_norm(width, 0, guide) for width in (inputs, middle, middle, middle))
        self.convs = nn.ModuleList(convolutions(inputs, middle, outputs))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        h = x
        for i, (norm, conv) in enumerate(zip(self.norms, self.convs, strict=True)):
            h = F.relu(normalise(norm, h, y), inplace=True)
            h = conv(double(h, "nearest") if self.doubles and i == 1 else h)
        kept = x[:, : self.outputs]
        return h + (double(kept, "nearest") if self.doubles else kept)


class DownBlock(nn.Module):
    """ReLU before each of 1x1, 3x3, 3x3, 1x1, halving before the last, plus the input with more channels appended.

    (n, inputs, h, w) -> (n, outputs, h/2, w/2), or (n, outputs, h, w) where `halves` is false.
    """

    def __init__(self, inputs: int, outputs: int, halves: bool):
        super().__init__()
        self.halves = halves
        self.convs = nn.ModuleList(convolutions(inputs, max(1, outputs // BOTTLENECK), outputs))
        self.shortcut = nn.Conv2d(inputs, outputs - inputs, 1) if outputs > inputs else None

    def forward(self, x: Tensor) -> Tensor:
        *convs, last = self.convs
        h = F.relu(x)  # not in place: the shortcut reads x
        for conv in convs:
            h = F.relu(conv(h), inplace=True)
        if self.halves:
            h, x = F.avg_pool2d(h, 2), F.avg_pool2d(x, 2)
        return last(h) + (x if self.shortcut is None else torch.cat([x, self.shortcut(x)], 1))


def convolutions(inputs: int, middle: int, outputs: int) -> list[nn.Module]:
    first, last = nn.Conv2d(inputs, middle, 1), nn.Conv2d(middle, outputs, 1)
    return [first, nn.Conv2d(middle, middle, 3, padding=1), nn.Conv2d(middle, middle, 3, padding=1), last]


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size) in [-1, 1]."""

    def __init__(self, settings: BigganDeepGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = [settings.width * times for times in UP[size]]
        self.shared = ClassEmbedding(shape.classes, settings.embedding) if shape.classes else None
        guide = shape.latent + (settings.embedding if shape.classes else 0)
        self.start = (plan[0], 4, 4)
        self.dense = nn.Linear(guide, plan[0] * 16)
        self.stages = nn.ModuleList(
            nn.ModuleList(
                UpBlock(inputs, outputs if last else inputs, guide, doubles=last)
                for last in [False] * (settings.depth - 1) + [True]
            )
            for inputs, outputs in pairwise(plan)
        )
        self.attention = attention_behind(plan[1:], [8 * 2**i for i in range(len(plan) - 1)], settings.attention)
        self.norm = nn.BatchNorm2d(plan[-1])
        self.head = nn.Conv2d(plan[-1], channels, 3, padding=1)
        orthogonal_(self)
        if self.shared is not None:
            nn.init.orthogonal_(self.shared.weight)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        guide = z if self.shared is None else torch.cat([self.shared(y), z], 1)
        h = self.dense(guide).unflatten(1, self.start)
        for stage, look in zip(self.stages, self.attention, strict=True):
            for block in stage.children():
                h = block(h, guide)
            h = look(h)
        return self.head(F.relu(self.norm(h), inplace=True)).tanh()


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit per image, (n, 1)."""

    def __init__(self, settings: BigganDeepCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = [settings.width * times for times in DOWN[size]]
        self.entry = nn.Conv2d(channels, plan[0], 3, padding=1)
        self.stages = nn.ModuleList(
            nn.Sequential(
                *(
                    DownBlock(inputs if first else outputs, outputs, halves=first and i < halvings(size))
                    for first in [True] + [False] * (settings.depth - 1)
                )
            )
            for i, (inputs, outputs) in enumerate(pairwise(plan))
        )
        sides = [size >> min(i + 1, halvings(size)) for i in range(len(plan) - 1)]
        self.attention = attention_behind(plan[1:], sides, settings.attention)
        self.head = nn.Linear(plan[-1], 1)
        self.labels = LabelHead(settings.conditioning, plan[-1], shape.classes)
        orthogonal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h, features = self.entry(x), list[Tensor]()
        for stage, look in zip(self.stages, self.attention, strict=True):
            h = look(stage(h))
            features.append(h)
        h = F.relu(h).sum((2, 3))
        return self.labels(self.head(h), h, y, tuple(features))


@settings
class BigganDeepGenerator:
    """BigGAN-deep's generator, for 16 to 512 pixels; add spectral normalisation."""

    kind: Literal["biggan-deep-generator"] = "biggan-deep-generator"
    width: int = 128
    """Channels of the last block from 128 pixels on, a quarter of all blocks' at 32 (published: 128)."""
    depth: int = 2
    """Blocks per resolution."""
    attention: tuple[int, ...] = (64,)
    """Sides in pixels of the maps that are followed by self-attention; others than occur count for nothing."""
    embedding: int = 128
    """Length of the label's embedding."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("depth", self.depth)
        positive("embedding", self.embedding)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class BigganDeepCritic:
    """BigGAN-deep's critic, for 16 to 512 pixels; add spectral normalisation."""

    kind: Literal["biggan-deep-critic"] = "biggan-deep-critic"
    width: int = 128
    """Channels behind the first convolution from 64 pixels on, a quarter of all blocks' at 32 (published: 128)."""
    depth: int = 2
    """Blocks per resolution."""
    attention: tuple[int, ...] = (64,)
    """Sides in pixels of the maps that are followed by self-attention; others than occur count for nothing."""
    conditioning: Literal["projection", "auxiliary"] = "projection"
    """How labels come in, where the data has any."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("depth", self.depth)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
