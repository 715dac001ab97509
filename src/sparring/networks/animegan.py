"""AnimeGANv2 (Chen et al. 2020): a small translator from photos to drawings, and its critic.

Norms look at all maps of an image together, which removes the speckle that instance norm leaves. Bilinear doubling to
the size that was halved, so every size comes back as it was.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.initialise import normal_
from ..play.scene import Verdict
from ..settings import settings
from ..techniques.spectral import spectral_norm_
from .network import Shape, channels_of, positive, translated

HALVINGS = 2


def convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """With reflected edges, norm and leaky ReLU behind; depthwise ones have a bias."""
    # Before halving only the right and the lower edge are padded.
    edge = kernel // 2
    pad = (0, 1, 0, 1) if stride == 2 else (edge, edge, edge, edge)
    conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=groups > 1)
    return nn.Sequential(nn.ReflectionPad2d(pad), conv, nn.GroupNorm(1, outputs), nn.LeakyReLU(0.2, inplace=True))


class InvertedResidual(nn.Module):
    """1x1 to more maps, 3x3 in each alone, 1x1 back; added to the input where the widths agree."""

    def __init__(self, inputs: int, outputs: int, expansion: int = 2):
        super().__init__()
        inside = expansion * inputs
        self.adds = inputs == outputs
        self.layers = nn.Sequential(
            convolution(inputs, inside, 1),
            convolution(inside, inside, groups=inside),
            nn.Conv2d(inside, outputs, 1, bias=False),
            nn.GroupNorm(1, outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        h = self.layers(x)
        return x + h if self.adds else h


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image) in [-1, 1], at any height and width."""

    def __init__(self, settings: AnimeganGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        a, b, c, d = (settings.width << stage for stage in range(4))
        self.corners = settings.align_corners
        self.outer = nn.Sequential(convolution(inputs, a, 7), convolution(a, b, stride=2), convolution(b, b))
        self.inner = nn.Sequential(convolution(b, c, stride=2), convolution(c, c))
        inside = [InvertedResidual(c, d), *(InvertedResidual(d, d) for _ in range(3))]
        self.middle = nn.Sequential(convolution(c, c), *inside, convolution(d, c))
        self.inner_again = nn.Sequential(convolution(c, c), convolution(c, c))
        self.outer_again = nn.Sequential(convolution(c, b), convolution(b, b), convolution(b, a, 7))
        self.head = nn.Conv2d(a, outputs, 1, bias=False)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        half = self.outer(x)
        h = self.inner_again(self.enlarged(self.middle(self.inner(half)), half))
        return self.head(self.outer_again(self.enlarged(h, x))).tanh()

    def enlarged(self, h: Tensor, like: Tensor) -> Tensor:
        return F.interpolate(h, like.shape[2:], mode="bilinear", align_corners=self.corners)


class Critic(nn.Module):
    """Turns x (n, channels, h, w) into a Verdict with one map of logits of squares of 37 pixels, (n, 1, h/4, w/4)."""

    def __init__(self, settings: AnimeganCritic, shape: Shape):
        super().__init__()
        channels, width = channels_of(shape, settings.kind, 16), settings.width
        if shape.classes:
            raise ValueError(f"{settings.kind} sees no labels: set data.labels=none, or take patch-critic")
        plan = ((width, 1), (2 * width, 2), (4 * width, 1), (4 * width, 2), (8 * width, 1), (8 * width, 1))
        self.stages, inputs = nn.ModuleList(), channels
        for number, (outputs, stride) in enumerate(plan):
            norm = [nn.GroupNorm(1, outputs)] if number in (2, 4, 5) else []
            conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.stages.append(nn.Sequential(conv, *norm, nn.LeakyReLU(0.2, inplace=True)))
            inputs = outputs
        self.head = nn.Conv2d(inputs, 1, 3, padding=1, bias=False)
        spectral_norm_(normal_(self))

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        features = list[Tensor]()
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return Verdict((self.head(x),), tuple(features))


@settings
class AnimeganGenerator:
    """AnimeGANv2's generator: 2 million weights; trains on sides that are multiples of 4 pixels, translates any."""

    kind: Literal["animegan-generator"] = "animegan-generator"
    width: int = 32
    """Channels at full size; 8 times as many in the middle."""
    align_corners: bool = True
    """How doubling places pixels: corners upon corners, as the published faces want it, or centres between them."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    @property
    def multiple(self) -> int:
        return 2**HALVINGS

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class AnimeganCritic:
    """AnimeGANv2's discriminator, spectrally normalised."""

    kind: Literal["animegan-critic"] = "animegan-critic"
    width: int = 32
    """Channels of the first layer; 8 times as many in the last."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
