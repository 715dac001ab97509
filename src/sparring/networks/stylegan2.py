"""StyleGAN2 (Karras et al. 2020), with the options of its ADA version.

The generator starts from a learned constant; each layer is a convolution modulated by its own copy of the style. The
critic is residual. Structures: `skip` adds up images of all sizes, `resnet` adds shortcuts between blocks, `orig`
has neither. Published: generator `skip` with critic `resnet`, and `orig` for the critic of CIFAR; width 32 at 1024
pixels, 64 at 256 (paper256), 512 at 32, widest 512, and no growing.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ..layers.equalised import RELU_GAIN, EqualisedLinear
from ..layers.filtered_convolution import FilteredConv2d, Resampling
from ..layers.mapping import Mapping, StyleMapping
from ..layers.minibatch_deviation import append_deviation
from ..layers.pixel_noise import Noise
from ..layers.resample import BINOMIAL, downsample, taps_of, upsample
from ..layers.style_convolution import StyleConv2d, ToImage
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square
from .style import StyleGenerator, widths

SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
Structure = Literal["skip", "resnet", "orig"]
HALF = math.sqrt(0.5)
"""Gain of each of two branches that are added."""


def plain(inputs: int, outputs: int, resampling: Resampling) -> FilteredConv2d:
    """A shortcut: a 1x1 convolution and nothing else."""
    return FilteredConv2d(inputs, outputs, 1, bias=False, activate=False, resampling=resampling)


class SynthesisBlock(nn.Module):
    """One resolution of the generator: (features, image so far) and its styles -> (features, image) of this size."""

    taps: Tensor

    def __init__(self, settings: Stylegan2Generator, inputs: int, outputs: int, size: int, image_channels: int):
        super().__init__()
        style, clamp = settings.style, settings.clamp
        self.start = None if inputs else nn.Parameter(torch.randn(outputs, size, size))
        self.first = StyleConv2d(inputs, outputs, style, size, up=True, clamp=clamp) if inputs else None
        self.second = StyleConv2d(outputs, outputs, style, size, clamp=clamp)
        shortcut = inputs and settings.structure == "resnet"
        self.shortcut = plain(inputs, outputs, "up") if shortcut else None
        self.to_image = ToImage(outputs, image_channels, style, clamp) if image_channels else None
        self.convolutions = 2 if inputs else 1
        self.register_buffer("taps", taps_of(BINOMIAL), persistent=False)

    def forward(self, h: Tensor | None, image: Tensor | None, ws: Tensor, noise: Noise) -> tuple[Tensor, Tensor | None]:
        if self.start is not None:
            new = self.second(self.start.expand(len(ws), -1, -1, -1), ws[:, 0], noise)
        else:
            assert h is not None
            assert self.first is not None
            new = self.first(h, ws[:, 0], noise)
            if self.shortcut is None:
                new = self.second(new, ws[:, 1], noise)
            else:
                new = self.second(new, ws[:, 1], noise, HALF) + self.shortcut(h, HALF)
        image = None if image is None else upsample(image, self.taps)
        if self.to_image is not None:
            drawn = self.to_image(new, ws[:, self.convolutions])
            image = drawn if image is None else image + drawn
        return new, image


class Synthesis(nn.Module):
    """Styles w (n, layers, style) -> images (n, channels, size, size)."""

    def __init__(self, settings: Stylegan2Generator, channels: int, size: int):
        super().__init__()
        plan = [0, *widths(size, settings.width, settings.widest)]
        last = len(plan) - 2
        self.blocks = nn.ModuleList(
            SynthesisBlock(
                settings, inputs, outputs, 4 << i, channels if i == last or settings.structure == "skip" else 0
            )
            for i, (inputs, outputs) in enumerate(pairwise(plan))
        )
        self.layers = 2 * len(self.blocks)

    def forward(self, w: Tensor, noise: Noise = "random") -> Tensor:
        h: Tensor | None = None
        image: Tensor | None = None
        for i, block in enumerate(self.blocks):
            first = max(2 * i - 1, 0)  # an image's style is that of the next block's first layer
            h, image = block(h, image, w[:, first : 2 * i + 2], noise)
        assert image is not None
        return image


class Generator(StyleGenerator):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size), about in [-1, 1] and not clamped."""

    def __init__(self, settings: Stylegan2Generator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.synthesis = Synthesis(settings, channels, size)
        trunk = Mapping(shape.latent, shape.classes, settings.style, settings.mapping_depth)
        self.mapping = StyleMapping(trunk, settings.style, self.synthesis.layers)


class CriticBlock(nn.Module):
    """(features or None, image) -> (features, image) of half the size."""

    taps: Tensor

    def __init__(self, settings: Stylegan2Critic, inputs: int, outputs: int, image_channels: int):
        super().__init__()
        clamp = settings.clamp
        self.skip = settings.structure == "skip"
        self.from_image = FilteredConv2d(image_channels, inputs, 1, clamp=clamp) if image_channels else None
        self.first = FilteredConv2d(inputs, inputs, 3, clamp=clamp)
        self.second = FilteredConv2d(inputs, outputs, 3, resampling="down", clamp=clamp)
        shortcut = settings.structure == "resnet"
        self.shortcut = plain(inputs, outputs, "down") if shortcut else None
        self.register_buffer("taps", taps_of(BINOMIAL), persistent=False)

    def forward(self, h: Tensor | None, image: Tensor) -> tuple[Tensor, Tensor]:
        if self.from_image is not None:
            new = self.from_image(image)
            h = new if h is None else h + new
        assert h is not None
        image = downsample(image, self.taps) if self.skip else image
        if self.shortcut is None:
            return self.second(self.first(h)), image
        return self.second(self.first(h), HALF) + self.shortcut(h, HALF), image


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit per image, (n, 1).

    Labels come in by projection: the last features times a mapping of the label.
    """

    def __init__(self, settings: Stylegan2Critic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = widths(size, settings.width, settings.widest)[::-1]
        self.group, self.deviations = settings.group, settings.deviations
        skip = settings.structure == "skip"
        self.blocks = nn.ModuleList(
            CriticBlock(settings, inputs, outputs, channels if skip or i == 0 else 0)
            for i, (inputs, outputs) in enumerate(pairwise(plan))
        )
        deep = plan[-1]
        self.from_image = FilteredConv2d(channels, deep, 1, clamp=settings.clamp) if skip else None
        self.conv = FilteredConv2d(deep + settings.deviations, deep, 3, clamp=settings.clamp)
        self.dense = EqualisedLinear(deep * 16, deep, gain=RELU_GAIN, bias_gain=RELU_GAIN)
        self.head = EqualisedLinear(deep, deep if shape.classes else 1)
        self.labels = Mapping(0, shape.classes, deep, settings.mapping_depth) if shape.classes else None

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h: Tensor | None = None
        features = list[Tensor]()
        for block in self.blocks:
            h, x = block(h, x)
            features.append(h)
        assert h is not None
        h = h if self.from_image is None else h + self.from_image(x)
        h = append_deviation(h, self.group, self.deviations) if self.deviations else h
        h = self.conv(h)
        h = nn.functional.leaky_relu(self.dense(h.flatten(1)), 0.2)
        logit = self.head(h)
        if self.labels is not None:
            logit = (logit * self.labels(None, y)).sum(1, keepdim=True) / math.sqrt(logit.shape[1])
        return Verdict((logit,), (*features, h))


@settings
class Stylegan2Generator:
    """StyleGAN2's generator, for 8 to 1024 pixels; labels, where the data has any, join the latent."""

    kind: Literal["stylegan2-generator"] = "stylegan2-generator"
    width: int = 32
    """Channels at full size; each halving doubles them. Published: 32 at 1024 pixels, 64 at 256, 512 at 32."""
    widest: int = 512
    """No layer has more channels."""
    style: int = 512
    """Length of w."""
    mapping_depth: int = 8
    """Layers of the mapping network (published: 8; 2 with little data)."""
    structure: Structure = "skip"
    """How images of several sizes or blocks are added up."""
    clamp: float = 0.0
    """Activations beyond this are cut off, against overflow in half precision (published: 256); 0 = never."""

    def __post_init__(self) -> None:
        for name in ("width", "widest", "style", "mapping_depth"):
            positive(name, getattr(self, name))

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class Stylegan2Critic:
    """StyleGAN2's discriminator, also that of StyleGAN3, for 8 to 1024 pixels."""

    kind: Literal["stylegan2-critic"] = "stylegan2-critic"
    width: int = 32
    """Channels at full size; each halving doubles them. Published: 32 at 1024 pixels, 64 at 256, 512 at 32."""
    widest: int = 512
    """No layer has more channels."""
    structure: Structure = "resnet"
    """How images of several sizes or blocks are added up."""
    group: int = 4
    """Samples whose deviation is shown to the critic (published: 4 or 8; 32 for CIFAR)."""
    deviations: int = 1
    """Maps of that deviation; 0 judges every sample alone."""
    mapping_depth: int = 8
    """Layers of the mapping of labels."""
    clamp: float = 0.0
    """Activations beyond this are cut off, against overflow in half precision (published: 256); 0 = never."""

    def __post_init__(self) -> None:
        for name in ("width", "widest", "group", "mapping_depth"):
            positive(name, getattr(self, name))

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
