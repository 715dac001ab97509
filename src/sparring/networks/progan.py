"""Progressive GAN (Karras et al. 2018): from 4x4 pixels up, one doubling at a time, each faded in.

Both networks hold every level from the start; `growth` says which they show. Every weight has an equalised learning
rate, the generator normalises every pixel's features, the critic sees the deviation of its minibatch. Published:
width 16 at 1024 pixels, widest 512.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.equalised import RELU_GAIN, EqualisedConv2d, EqualisedLinear
from ..layers.growth import SMALLEST, Growing, Growth, blend
from ..layers.labels import append_one_hot
from ..layers.minibatch_deviation import append_deviation
from ..layers.pixel_norm import pixel_norm
from ..layers.projection import LabelHead
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square
from .style import widths

SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
Head = Literal["projection", "auxiliary"]


def planned(size: int, width: int, widest: int, given: tuple[int, ...]) -> list[int]:
    """Channels at 4, 8, ... size pixels."""
    plan = widths(size, width, widest)
    if given and len(given) != len(plan):
        raise ValueError(f"{size} pixels are {len(plan)} levels, and widths names {len(given)}")
    return list(given) or plan


def convolution(inputs: int, outputs: int) -> EqualisedConv2d:
    return EqualisedConv2d(inputs, outputs, 3, gain=RELU_GAIN)


class Start(nn.Module):
    """The first 4x4 maps, from a pixel-normed latent: (n, inputs) -> (n, outputs, 4, 4)."""

    def __init__(self, inputs: int, outputs: int, bias_per_position: bool):
        super().__init__()
        self.outputs = outputs
        self.dense = EqualisedLinear(inputs, outputs * SMALLEST**2, gain=RELU_GAIN / 4, bias_start=None)
        side = SMALLEST if bias_per_position else 1
        self.bias = nn.Parameter(torch.zeros(outputs, side, side))

    def forward(self, z: Tensor) -> Tensor:
        return self.dense(pixel_norm(z)).unflatten(1, (self.outputs, SMALLEST, SMALLEST)) + self.bias


class Generator(nn.Module, Growing):
    """Turns z (n, latent) and y (n,) or None into images of the level shown, about in [-1, 1] and not clamped."""

    def __init__(self, settings: ProganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = planned(size, settings.width, settings.widest, settings.widths)
        self.classes = shape.classes
        self.growth = Growth(len(plan))
        self.start = Start(shape.latent + shape.classes, plan[0], settings.bias_per_position)
        self.first = convolution(plan[0], plan[0])
        self.blocks = nn.ModuleList(nn.ModuleList([convolution(a, b), convolution(b, b)]) for a, b in pairwise(plan))
        self.to_image = nn.ModuleList(EqualisedConv2d(width, channels, 1) for width in plan)

    @staticmethod
    def activate(h: Tensor) -> Tensor:
        return pixel_norm(F.leaky_relu(h, 0.2, inplace=True))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        level, fade = self.growth.now()
        z = append_one_hot(z, y, self.classes) if self.classes else z
        h = self.activate(self.first(self.activate(self.start(z))))
        before = h
        for convolutions in list(self.blocks)[:level]:
            before, h = h, F.interpolate(h, scale_factor=2.0, mode="nearest")
            for conv in convolutions.children():
                h = self.activate(conv(h))
        image = self.to_image[level](h)
        return image if fade == 1 else blend(self.to_image[level - 1](before), image, fade)


class Critic(nn.Module, Growing):
    """Turns x (n, channels, side, side), 4 << the level shown, and y (n,) or None into a Verdict with (n, 1) logits."""

    def __init__(self, settings: ProganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = planned(size, settings.width, settings.widest, settings.widths)
        self.group, self.neighbours = settings.group, settings.neighbours
        self.growth = Growth(len(plan))
        self.from_image = nn.ModuleList(EqualisedConv2d(channels, width, 1, gain=RELU_GAIN) for width in plan)
        self.blocks = nn.ModuleList(nn.ModuleList([convolution(b, b), convolution(b, a)]) for a, b in pairwise(plan))
        self.last = convolution(plan[0] + 1, plan[0])
        self.dense = EqualisedLinear(plan[0] * SMALLEST**2, plan[0], gain=RELU_GAIN)
        self.head = EqualisedLinear(plan[0], 1)
        self.labels = LabelHead(settings.conditioning, plan[0], shape.classes)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        level, fade = self.growth.now()
        expect(x, level)
        h = activate(self.from_image[level](x))
        features = list[Tensor]()
        for now in range(level, 0, -1):
            for conv in self.blocks[now - 1].children():
                h = activate(conv(h))
            h = F.avg_pool2d(h, 2)
            if now == level and fade < 1:
                h = torch.lerp(activate(self.from_image[level - 1](F.avg_pool2d(x, 2))), h, fade)
            features.append(h)
        h = append_deviation(h, self.group, neighbours=self.neighbours)
        h = activate(self.dense(activate(self.last(h)).flatten(1)))
        return self.labels(self.head(h), h, y, (*features, h))


def activate(h: Tensor) -> Tensor:
    return F.leaky_relu(h, 0.2, inplace=True)


def expect(x: Tensor, level: int) -> None:
    """Complain about images that are not of the level's size."""
    side = SMALLEST << level
    if x.shape[2:] != (side, side):
        raise ValueError(
            f"this critic shows level {level}, {side}x{side} pixels, and got {x.shape[2]}x{x.shape[3]}: "
            "grow both networks to the same level, and shrink real images to it"
        )


@settings
class ProganGenerator:
    """Progressive GAN's generator, for 8 to 1024 pixels."""

    kind: Literal["progan-generator"] = "progan-generator"
    width: int = 16
    """Channels at full size; each halving doubles them. Published: 16 at 1024 pixels."""
    widest: int = 512
    """No layer has more channels."""
    widths: tuple[int, ...] = ()
    """Channels at 4, 8, ... pixels, where they should not follow that rule."""
    bias_per_position: bool = False
    """Bias every position of the first 4x4 maps on its own, for weights of pytorch_GAN_zoo."""

    def __post_init__(self) -> None:
        for value in (self.width, self.widest, *self.widths):
            positive("width", value)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class ProganCritic:
    """Progressive GAN's critic, for 8 to 1024 pixels."""

    kind: Literal["progan-critic"] = "progan-critic"
    width: int = 16
    """Channels at full size; each halving doubles them. Published: 16 at 1024 pixels."""
    widest: int = 512
    """No layer has more channels."""
    widths: tuple[int, ...] = ()
    """Channels at 4, 8, ... pixels, where they should not follow that rule."""
    group: int = 4
    """Samples whose deviation is shown to the critic."""
    neighbours: bool = False
    """Group consecutive samples and take the unbiased variance, for weights of pytorch_GAN_zoo."""
    conditioning: Head = "projection"
    """How labels come in, where the data has any."""

    def __post_init__(self) -> None:
        for value in (self.width, self.widest, self.group, *self.widths):
            positive("width", value)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
