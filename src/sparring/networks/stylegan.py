"""StyleGAN (Karras et al. 2019): styles instead of a latent, written into every layer by AdaIN, and noise.

The generator starts from a learned constant and grows like Progressive GAN; the critic is Progressive GAN's with a
blur before each halving. Both hold every level from the start; `growth` says which they show, and the paper starts at
level 1, 8x8 pixels. Published: width 16 at 1024 pixels, widest 512, truncation 0.7 in the first 8 layers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.adain import AdaptiveInstanceNorm
from ..layers.equalised import RELU_GAIN, EqualisedConv2d, EqualisedLinear
from ..layers.growth import SMALLEST, Growing, Growth, blend
from ..layers.mapping import Mapping, StyleMapping
from ..layers.minibatch_deviation import append_deviation
from ..layers.pixel_noise import Noise, Noises
from ..layers.projection import LabelHead
from ..layers.resample import resample, taps_of
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square
from .progan import SIZES, Head, expect
from .style import StyleGenerator, widths

BLUR = (1.0, 2.0, 1.0)


def doubled(x: Tensor, weight: Tensor) -> Tensor:
    """Nearest-neighbour doubling, then `weight` (outputs, inputs, 3, 3), in one transposed convolution."""
    return F.conv_transpose2d(x, boxed(weight).transpose(0, 1).flip((2, 3)), stride=2, padding=1)


def halved(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """`weight` (outputs, inputs, 3, 3), then averages of 2x2, in one convolution."""
    return F.conv2d(x, boxed(weight) / 4, bias, stride=2, padding=1)


def boxed(weight: Tensor) -> Tensor:
    """A 4x4 kernel: the 3x3 one convolved with a box of 2x2."""
    wide = F.pad(weight, (1, 1, 1, 1))
    return wide[..., 1:, 1:] + wide[..., :-1, 1:] + wide[..., 1:, :-1] + wide[..., :-1, :-1]


class Epilogue(nn.Module):
    """What stands behind every convolution: noise, bias, leaky ReLU, instance norm, style."""

    def __init__(self, channels: int, style: int, size: int):
        super().__init__()
        self.noise = Noises(size, channels)
        self.bias = nn.Parameter(torch.zeros(channels))
        self.norm = AdaptiveInstanceNorm(channels, style)

    def forward(self, h: Tensor, w: Tensor, noise: Noise) -> Tensor:
        drawn = self.noise(h, noise)
        bias = self.bias[:, None, None]
        h = h + (bias if drawn is None else drawn + bias)
        return self.norm(F.leaky_relu(h, 0.2, inplace=True), w)


class SynthesisBlock(nn.Module):
    """(n, inputs, size/2, size/2) and two styles -> (n, outputs, size, size); `inputs` 0 starts from the constant."""

    taps: Tensor

    def __init__(self, inputs: int, outputs: int, style: int, size: int):
        super().__init__()
        self.start = None if inputs else nn.Parameter(torch.ones(outputs, size, size))
        self.first = EqualisedConv2d(inputs, outputs, 3, gain=RELU_GAIN, bias=False) if inputs else None
        self.first_epilogue = Epilogue(outputs, style, size)
        self.second = EqualisedConv2d(outputs, outputs, 3, gain=RELU_GAIN, bias=False)
        self.second_epilogue = Epilogue(outputs, style, size)
        self.register_buffer("taps", taps_of(BLUR), persistent=False)

    def forward(self, h: Tensor | None, ws: Tensor, noise: Noise) -> Tensor:
        if self.start is not None:
            h = self.start.expand(len(ws), -1, -1, -1)
        else:
            assert h is not None
            assert self.first is not None
            h = resample(doubled(h, self.first.effective), self.taps, padding=(1, 1, 1, 1))
        h = self.first_epilogue(h, ws[:, 0], noise)
        return self.second_epilogue(self.second(h), ws[:, 1], noise)


class Synthesis(nn.Module):
    """Styles w (n, layers, style) -> images (n, channels, side, side), side = 4 << the level shown."""

    def __init__(self, plan: list[int], channels: int, style: int, growth: Growth):
        super().__init__()
        self.growth = growth
        self.blocks = nn.ModuleList(
            SynthesisBlock(inputs, outputs, style, SMALLEST << level)
            for level, (inputs, outputs) in enumerate(pairwise([0, *plan]))
        )
        self.to_image = nn.ModuleList(EqualisedConv2d(width, channels, 1) for width in plan)

    def forward(self, w: Tensor, noise: Noise = "random") -> Tensor:
        level, fade = self.growth.now()
        h: Tensor | None = None
        before: Tensor | None = None
        for i, block in enumerate(list(self.blocks)[: level + 1]):
            before, h = h, block(h, w[:, 2 * i : 2 * i + 2], noise)
        image = self.to_image[level](h)
        return image if fade == 1 else blend(self.to_image[level - 1](before), image, fade)


class Generator(StyleGenerator, Growing):
    """Turns z (n, latent) and y (n,) or None into images of the level shown, about in [-1, 1] and not clamped."""

    def __init__(self, settings: StyleganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = widths(size, settings.width, settings.widest)
        self.growth = Growth(len(plan))
        self.synthesis = Synthesis(plan, channels, settings.style, self.growth)
        trunk = Mapping(shape.latent, shape.classes, settings.style, settings.mapping_depth, bias_gain=1.0)
        self.mapping = StyleMapping(trunk, settings.style, 2 * len(plan))


class CriticBlock(nn.Module):
    """(n, inputs, 2h, 2w) -> (n, outputs, h, w)."""

    taps: Tensor

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.first = EqualisedConv2d(inputs, inputs, 3, gain=RELU_GAIN)
        self.second = EqualisedConv2d(inputs, outputs, 3, gain=RELU_GAIN)
        self.register_buffer("taps", taps_of(BLUR), persistent=False)

    def forward(self, h: Tensor) -> Tensor:
        h = F.leaky_relu(self.first(h), 0.2, inplace=True)
        h = resample(h, self.taps, padding=(1, 1, 1, 1))
        return F.leaky_relu(halved(h, self.second.effective, self.second.bias), 0.2, inplace=True)


class Critic(nn.Module, Growing):
    """Turns x (n, channels, side, side), 4 << the level shown, and y (n,) or None into a Verdict with (n, 1) logits."""

    def __init__(self, settings: StyleganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = widths(size, settings.width, settings.widest)
        self.group = settings.group
        self.growth = Growth(len(plan))
        self.from_image = nn.ModuleList(EqualisedConv2d(channels, width, 1, gain=RELU_GAIN) for width in plan)
        self.blocks = nn.ModuleList(CriticBlock(inputs, outputs) for outputs, inputs in pairwise(plan))
        self.last = EqualisedConv2d(plan[0] + 1, plan[0], 3, gain=RELU_GAIN)
        self.dense = EqualisedLinear(plan[0] * SMALLEST**2, plan[0], gain=RELU_GAIN)
        self.head = EqualisedLinear(plan[0], 1)
        self.labels = LabelHead(settings.conditioning, plan[0], shape.classes)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        level, fade = self.growth.now()
        expect(x, level)
        h = F.leaky_relu(self.from_image[level](x), 0.2)
        features = list[Tensor]()
        for now in range(level, 0, -1):
            h = self.blocks[now - 1](h)
            if now == level and fade < 1:
                old = F.leaky_relu(self.from_image[level - 1](F.avg_pool2d(x, 2)), 0.2)
                h = torch.lerp(old, h, fade)
            features.append(h)
        h = F.leaky_relu(self.last(append_deviation(h, self.group)), 0.2)
        h = F.leaky_relu(self.dense(h.flatten(1)), 0.2)
        return self.labels(self.head(h), h, y, (*features, h))


@settings
class StyleganGenerator:
    """StyleGAN's generator, for 8 to 1024 pixels; labels, where the data has any, join the latent."""

    kind: Literal["stylegan-generator"] = "stylegan-generator"
    width: int = 16
    """Channels at full size; each halving doubles them. Published: 16 at 1024 pixels."""
    widest: int = 512
    """No layer has more channels."""
    style: int = 512
    """Length of w."""
    mapping_depth: int = 8
    """Layers of the mapping network."""

    def __post_init__(self) -> None:
        for name in ("width", "widest", "style", "mapping_depth"):
            positive(name, getattr(self, name))

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class StyleganCritic:
    """StyleGAN's discriminator, for 8 to 1024 pixels."""

    kind: Literal["stylegan-critic"] = "stylegan-critic"
    width: int = 16
    """Channels at full size; each halving doubles them. Published: 16 at 1024 pixels."""
    widest: int = 512
    """No layer has more channels."""
    group: int = 4
    """Samples whose deviation is shown to the critic."""
    conditioning: Head = "projection"
    """How labels come in, where the data has any."""

    def __post_init__(self) -> None:
        for name in ("width", "widest", "group"):
            positive(name, getattr(self, name))

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
