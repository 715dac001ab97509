"""R3GAN (Huang et al. 2024): a plain modern residual network, without any norm.

Its blocks widen with 1x1, mix with grouped 3x3 and narrow with 1x1, with biased leaky ReLUs between; the last
convolution starts at 0 and the others' scale falls with depth, so the network starts calm without normalisation.
Resolutions change by bilinear filters. It is meant for the relativistic loss with r1 and r2. Widths follow the
published ones: 768 up to 32 pixels, then half of it with every doubling.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.labels import one_hot
from ..layers.resample import BINOMIAL, downsample, taps_of, upsample
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square

SIZES = (8, 16, 32, 64, 128, 256, 512)
FLAT = 32  # up to this side in pixels all stages are equally wide
EXPANSION = 2
GROUP = 16  # expanded channels per group of the 3x3 convolutions, as published
GAIN = math.sqrt(2 / (1 + 0.2**2))  # keeps the variance through a leaky ReLU of slope 0.2


class BiasedLeakyRelu(nn.Module):
    """Adds a bias per channel, then leaky ReLU of slope 0.2."""

    def __init__(self, channels: int):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(x + self.bias[:, None, None], 0.2)


class Block(nn.Module):
    """1x1 that widens, grouped 3x3, 1x1 that narrows, plus the input. (n, channels, h, w) -> the same shape.

    `depth` is the number of blocks in the whole network.
    """

    def __init__(self, channels: int, groups: int, depth: int):
        super().__init__()
        wide = EXPANSION * channels
        gain = GAIN * depth**-0.25  # two layers of three share the scale depth ** -1/2; the third starts at 0
        self.widen = convolution(channels, wide, 1, gain)
        self.mix = convolution(wide, wide, 3, gain, groups)
        self.narrow = convolution(wide, channels, 1, 0.0)
        self.activation1, self.activation2 = BiasedLeakyRelu(wide), BiasedLeakyRelu(wide)

    def forward(self, x: Tensor) -> Tensor:
        h = self.mix(self.activation1(self.widen(x)))
        return x + self.narrow(self.activation2(h))


class Transition(nn.Module):
    """Bilinear doubling or halving, and 1x1 to the next width; the 1x1 commutes, and runs at the smaller side."""

    taps: Tensor

    def __init__(self, inputs: int, outputs: int, doubles: bool):
        super().__init__()
        self.doubles = doubles
        self.conv = convolution(inputs, outputs, 1, 1.0) if inputs != outputs else nn.Identity()
        self.register_buffer("taps", taps_of(BINOMIAL), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return upsample(self.conv(x), self.taps) if self.doubles else self.conv(downsample(x, self.taps))


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size), about [-1, 1] but not bounded."""

    def __init__(self, settings: R3ganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan, groups, depths = stages(settings, size)
        length = settings.embedding or shape.latent
        self.classes = shape.classes
        self.embedding = linear(shape.classes, length) if shape.classes else None
        self.start = nn.Parameter(torch.randn(plan[0], 4, 4))
        self.dense = linear(shape.latent + (length if shape.classes else 0), plan[0])
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width, count, sum(depths)) for _ in range(depth)))
            for width, count, depth in zip(plan, groups, depths, strict=True)
        )
        self.transitions = nn.ModuleList(Transition(a, b, doubles=True) for a, b in pairwise(plan))
        self.head = convolution(plan[-1], channels, 1, 1.0)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        if self.embedding is not None:
            z = torch.cat([z, self.embedding(one_hot(y, self.classes, z))], 1)
        h = self.stages[0](self.dense(z)[:, :, None, None] * self.start)
        for transition, stage in zip(self.transitions, self.stages[1:], strict=True):
            h = stage(transition(h))
        return self.head(h)


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit per image, (n, 1).

    With classes the features are projected onto the label's embedding (Miyato and Koyama 2018).
    """

    def __init__(self, settings: R3ganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan, groups, depths = (one[::-1] for one in stages(settings, size))
        length = settings.embedding or plan[-1]
        self.classes = shape.classes
        self.entry = convolution(channels, plan[0], 1, 1.0)
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width, count, sum(depths)) for _ in range(depth)))
            for width, count, depth in zip(plan, groups, depths, strict=True)
        )
        self.transitions = nn.ModuleList(Transition(a, b, doubles=False) for a, b in pairwise(plan))
        self.end = convolution(plan[-1], plan[-1], 4, 1.0, groups=plan[-1])
        self.head = linear(plan[-1], length if shape.classes else 1)
        self.embedding = linear(shape.classes, length) if shape.classes else None

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = self.stages[0](self.entry(x))
        features = [h]
        for transition, stage in zip(self.transitions, self.stages[1:], strict=True):
            h = stage(transition(h))
            features.append(h)
        logit = self.head(self.end(h).flatten(1))
        if self.embedding is not None:
            logit = (logit * self.embedding(one_hot(y, self.classes, x))).sum(1, keepdim=True)
        return Verdict((logit,), tuple(features))


def convolution(inputs: int, outputs: int, side: int, gain: float, groups: int = 1) -> nn.Conv2d:
    """Without bias, from N(0, gain / sqrt(inputs of one output)); sides of 4 take in their whole input."""
    conv = nn.Conv2d(inputs, outputs, side, padding=side // 2 if side == 3 else 0, groups=groups, bias=False)
    nn.init.normal_(conv.weight, 0.0, gain / math.sqrt(conv.weight[0].numel()))
    return conv


def linear(inputs: int, outputs: int) -> nn.Linear:
    """Without bias, from N(0, 1 / sqrt(inputs))."""
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(layer.weight, 0.0, 1 / math.sqrt(inputs))
    return layer


def stages(settings: R3ganGenerator | R3ganCritic, size: int) -> tuple[tuple[int, ...], ...]:
    """Channels, groups of the 3x3 convolutions and blocks, of the stages at 4, 8, ... size pixels."""
    sides = [2**power for power in range(2, size.bit_length())]
    plan = settings.widths or tuple(max(1, settings.width * FLAT // max(side, FLAT)) for side in sides)
    groups = settings.groups or tuple(groups_for(EXPANSION * width) for width in plan)
    depths = settings.blocks or (2,) * len(sides)
    for name, given in (("widths", plan), ("groups", groups), ("blocks", depths)):
        if len(given) != len(sides):
            raise ValueError(f"{name} needs one number for each of the {len(sides)} stages from 4 to {size} pixels")
    for width, count in zip(plan, groups, strict=True):
        if EXPANSION * width % count:
            raise ValueError(f"groups must divide the {EXPANSION * width} channels of a stage, and {count} does not")
    return plan, groups, depths


def groups_for(channels: int) -> int:
    """As many groups as keep at least 16 channels in each."""
    return next(count for count in range(max(1, channels // GROUP), 0, -1) if channels % count == 0)


def check_plan(settings: R3ganGenerator | R3ganCritic) -> None:
    positive("width", settings.width)
    for name in ("widths", "blocks", "groups"):
        for value in getattr(settings, name):
            positive(name, value)


@settings
class R3ganGenerator:
    """R3GAN's generator, for 8 to 512 pixels; use no spectral normalisation."""

    kind: Literal["r3gan-generator"] = "r3gan-generator"
    width: int = 768
    """Channels of the stages up to 32 pixels; each stage above has half as many as the one before."""
    widths: tuple[int, ...] = ()
    """Channels of every stage from 4 pixels up, instead of that rule."""
    blocks: tuple[int, ...] = ()
    """Blocks of every stage; empty = 2 each."""
    groups: tuple[int, ...] = ()
    """Groups of every stage's 3x3 convolutions; empty = 16 channels in each."""
    embedding: int = 0
    """Length of the label's embedding; 0 = as long as z."""

    def __post_init__(self) -> None:
        check_plan(self)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class R3ganCritic:
    """R3GAN's critic, for 8 to 512 pixels; use no spectral normalisation, but r1 and r2."""

    kind: Literal["r3gan-critic"] = "r3gan-critic"
    width: int = 768
    """Channels of the stages up to 32 pixels; each stage above has half as many as the one before."""
    widths: tuple[int, ...] = ()
    """Channels of every stage from 4 pixels up, instead of that rule."""
    blocks: tuple[int, ...] = ()
    """Blocks of every stage; empty = 2 each."""
    groups: tuple[int, ...] = ()
    """Groups of every stage's 3x3 convolutions; empty = 16 channels in each."""
    embedding: int = 0
    """Length of the label's embedding; 0 = as many as the deepest stage has channels."""

    def __post_init__(self) -> None:
        check_plan(self)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
