"""U-GAT-IT (Kim et al. 2020): attention says where two domains differ, and AdaLIN how much shape may change.

Generators classify what they are given: is it from the domain they translate from? The classifier's weights point at
what to change. Critics do the same and judge squares of 286 and of 70 pixels. Logits of the classifiers are further
heads of the critic.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.adalin import LayerInstanceNorm
from ..layers.attention_map import AttentionMap
from ..layers.bottleneck import ResidualBlock
from ..layers.norms import InstanceNorm2d
from ..play.scene import Verdict
from ..settings import settings
from ..techniques.spectral import spectral_norm_
from .network import Shape, channels_of, positive, translated

HALVINGS = 2


class AdaptiveBlock(nn.Module):
    """3x3, AdaLIN, ReLU, 3x3, AdaLIN, added to the input. (n, c, h, w) with gamma and beta (n, c)."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, bias=False)
        self.norm1 = LayerInstanceNorm(channels, 0.9, scaled=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, bias=False)
        self.norm2 = LayerInstanceNorm(channels, 0.9, scaled=False)

    def forward(self, x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        h = F.relu(self.norm1(self.conv1(reflected(x, 1)), gamma, beta))
        return x + self.norm2(self.conv2(reflected(h, 1)), gamma, beta)


def reflected(x: Tensor, edge: int) -> Tensor:
    return F.pad(x, (edge, edge, edge, edge), mode="reflect")


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image) in [-1, 1]."""

    def __init__(self, settings: UgatitGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        width, widest = settings.width, settings.width << HALVINGS
        down = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, width, 7, bias=False)]
        down += [InstanceNorm2d(width), nn.ReLU(inplace=True)]
        for channels in (width << stage for stage in range(HALVINGS)):
            down += [nn.ReflectionPad2d(1), nn.Conv2d(channels, 2 * channels, 3, 2, bias=False)]
            down += [InstanceNorm2d(2 * channels), nn.ReLU(inplace=True)]
        down += [ResidualBlock(widest, "instance", 0.0, False) for _ in range(settings.blocks)]
        self.down, self.attention = nn.Sequential(*down), AttentionMap(widest)
        self.image = shape.image if not settings.light else ()
        places = 1 if settings.light else shape.image[1] * shape.image[2] >> 2 * HALVINGS
        self.style = nn.Sequential(
            nn.Linear(widest * places, widest, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(widest, widest, bias=False),
            nn.ReLU(inplace=True),
        )
        self.gamma, self.beta = nn.Linear(widest, widest, bias=False), nn.Linear(widest, widest, bias=False)
        self.blocks = nn.ModuleList(AdaptiveBlock(widest) for _ in range(settings.blocks))
        up = list[nn.Module]()
        for channels in (widest >> stage for stage in range(HALVINGS)):
            conv = nn.Conv2d(channels, channels // 2, 3, bias=False)
            norm = LayerInstanceNorm(channels // 2, 0.0, scaled=True)
            up += [nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), conv, norm, nn.ReLU(inplace=True)]
        self.up = nn.Sequential(*up, nn.ReflectionPad2d(3), nn.Conv2d(width, outputs, 7, bias=False), nn.Tanh())

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.attended(x)[0]

    def attended(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The image, the classifier's logits (n, 2) and where it looked (n, 1, h/4, w/4)."""
        if self.image and x.shape[2:] != self.image[1:]:
            said = " x ".join(str(side) for side in self.image[1:])
            raise ValueError(f"the full U-GAT-IT only takes the size it was built for, {said} pixels; light takes any")
        mixed, logits = self.attention(self.down(x))
        h = F.relu(mixed)
        seen = h.sum(1, keepdim=True)
        style = self.style(h.flatten(1) if self.image else h.mean((2, 3)))
        gamma, beta = self.gamma(style), self.beta(style)
        for block in self.blocks:
            h = block(h, gamma, beta)
        return self.up(h), logits, seen


class Judge(nn.Module):
    """One discriminator with attention. (n, channels, h, w) -> logits (n, 1, ...), logits (n, 2), features."""

    def __init__(self, channels: int, width: int, layers: int):
        super().__init__()
        stages, inputs = list[nn.Module](), channels
        for number in range(layers - 1):
            outputs, stride = width << number, 2 if number < layers - 2 else 1
            conv = spectral_norm_(nn.Conv2d(inputs, outputs, 4, stride))
            stages.append(nn.Sequential(nn.ReflectionPad2d(1), conv, nn.LeakyReLU(0.2, inplace=True)))
            inputs = outputs
        self.stages = nn.ModuleList(stages)
        self.attention = AttentionMap(inputs)
        spectral_norm_(self.attention.mean)
        spectral_norm_(self.attention.maximum)
        self.head = spectral_norm_(nn.Conv2d(inputs, 1, 4, bias=False))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        features = list[Tensor]()
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        mixed, logits = self.attention(x)
        h = F.leaky_relu(mixed, 0.2)
        return self.head(reflected(h, 1)), logits, (*features, h)


class Critic(nn.Module):
    """Turns x (n, channels, h, w) into a Verdict with two heads per judge: its map of logits and its classifier's."""

    def __init__(self, settings: UgatitCritic, shape: Shape):
        super().__init__()
        # Reflection at the end needs maps of at least 3 pixels in front of the last convolution but one.
        channels = channels_of(shape, settings.kind, 3 * 2 ** (max(settings.layers) - 2))
        if shape.classes:
            raise ValueError(f"{settings.kind} sees no labels: set data.labels=none, or take patch-critic")
        self.judges = nn.ModuleList(Judge(channels, settings.width, layers) for layers in settings.layers)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        logits, features = list[Tensor](), list[Tensor]()
        for judge in self.judges:
            places, classes, seen = judge(x)
            logits += [places, classes]
            features += seen
        return Verdict(tuple(logits), tuple(features))


@settings
class UgatitGenerator:
    """U-GAT-IT's generator, for sides that are multiples of 4 pixels."""

    kind: Literal["ugatit-generator"] = "ugatit-generator"
    width: int = 64
    """Channels at full size; 4 times as many in the blocks."""
    blocks: int = 4
    """Residual blocks before the attention, and as many with AdaLIN behind it."""
    light: bool = True
    """Means of the maps decide AdaLIN's scales, for any size; the full one flattens maps of one size, 26 times the
    weights at 256 pixels."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("blocks", self.blocks)

    @property
    def multiple(self) -> int:
        return 2**HALVINGS

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class UgatitCritic:
    """U-GAT-IT's discriminators of large and of small squares, as one critic with four heads."""

    kind: Literal["ugatit-critic"] = "ugatit-critic"
    width: int = 64
    """Channels of the first layer; each layer after has twice as many."""
    layers: tuple[int, ...] = (7, 5)
    """Layers of each judge: 7 see squares of 286 pixels, 5 of 70."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        if not self.layers or min(self.layers) < 3:
            raise ValueError(f"layers must name judges of at least 3 layers, and is {self.layers}")

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
