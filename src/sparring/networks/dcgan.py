"""DCGAN in its fully convolutional form (Radford et al. 2016).

No pooling, no hidden fully connected layer, batch norm everywhere but at the generator's output and the critic's
input, ReLU and tanh in the generator, leaky ReLU in the critic, no biases. 64x64 is the published network; each
other size adds or takes away stages at the deep end.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from ..layers.initialise import normal_
from ..layers.labels import append_one_hot
from ..layers.noise import disturbances
from ..layers.projection import LabelHead
from ..play.scene import Verdict
from ..settings import settings
from .network import Conditioning, Shape, disturbed, positive, square

SIZES = (16, 32, 64, 128, 256)
WIDEST = 16  # times the width: without it a 256-pixel generator would hold half of its weights in one layer


def widths(size: int, width: int) -> list[int]:
    """Channels at 4, 8, ... size/2 pixels."""
    sides = [2**power for power in range(2, size.bit_length() - 1)]
    return [width * min(WIDEST, size // (2 * side)) for side in sides]


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size) in [-1, 1]."""

    def __init__(self, settings: DcganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.classes = shape.classes
        plan = widths(size, settings.width)
        self.stages = nn.Sequential(
            self.stage(settings, shape.latent + shape.classes, plan[0], first=True),
            *(self.stage(settings, inputs, outputs) for inputs, outputs in pairwise(plan)),
        )
        self.head = nn.ConvTranspose2d(plan[-1], channels, 4, 2, 1, bias=False)
        normal_(self)

    @staticmethod
    def stage(settings: DcganGenerator, inputs: int, outputs: int, first: bool = False) -> nn.Sequential:
        stride, padding = (1, 0) if first else (2, 1)
        return nn.Sequential(
            nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            *disturbances(settings.noise, settings.dropout, always=True),
        )

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        z = append_one_hot(z, y, self.classes) if self.classes else z
        return self.head(self.stages(z[:, :, None, None])).tanh()


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit map of 1x1, (n, 1, 1, 1)."""

    def __init__(self, settings: DcganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.maps = shape.classes if settings.conditioning == "concat" else 0
        plan = widths(size, settings.width)[::-1]
        stages = [self.stage(settings, channels + self.maps, plan[0], batch_norm=False)]
        stages += [self.stage(settings, inputs, outputs) for inputs, outputs in pairwise(plan)]
        self.stages = nn.ModuleList(stages)
        self.head = nn.Conv2d(plan[-1], 1, 4, 1, 0, bias=False)
        self.labels = LabelHead(settings.conditioning, plan[-1], shape.classes)
        normal_(self)

    @staticmethod
    def stage(settings: DcganCritic, inputs: int, outputs: int, batch_norm: bool = True) -> nn.Sequential:
        conv = nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)
        norm = [nn.BatchNorm2d(outputs)] if batch_norm else []
        extras = disturbances(settings.noise, settings.dropout)
        return nn.Sequential(conv, *norm, nn.LeakyReLU(0.2, inplace=True), *extras)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = append_one_hot(x, y, self.maps) if self.maps else x
        features = list[Tensor]()
        for stage in self.stages:
            h = stage(h)
            features.append(h)
        return self.labels(self.head(h), h, y, tuple(features))


@settings
class DcganGenerator:
    """DCGAN's generator: transposed convolutions from 1x1 up, for 16 to 256 pixels."""

    kind: Literal["dcgan-generator"] = "dcgan-generator"
    width: int = 64
    """Channels of the last hidden stage; each stage before has twice as many, up to 16 times."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise behind every hidden layer, when sampling too."""
    dropout: float = 0.0
    """Share of features dropped behind every hidden layer, when sampling too."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        disturbed(self.noise, self.dropout)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class DcganCritic:
    """DCGAN's discriminator: strided convolutions down to one logit, for 16 to 256 pixels."""

    kind: Literal["dcgan-critic"] = "dcgan-critic"
    width: int = 64
    """Channels of the first stage; each stage after has twice as many, up to 16 times."""
    conditioning: Conditioning = "concat"
    """How labels come in, where the data has any."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise behind every hidden layer, in training."""
    dropout: float = 0.0
    """Share of features dropped behind every hidden layer, in training."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        disturbed(self.noise, self.dropout)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
