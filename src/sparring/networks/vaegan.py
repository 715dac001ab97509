"""The networks of VAE-GAN (Larsen et al. 2016): an encoder, a generator that is its decoder, and a critic.

5x5 convolutions down to or up from 8 pixels, then or first a dense layer. At 64 pixels and width 64 they are the
published ones. The critic's third feature is the one that reconstructions are compared in.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from ..layers.code import Code, moments
from ..layers.initialise import normal_
from ..layers.labels import append_one_hot
from ..layers.projection import LabelHead
from ..play.scene import Verdict
from ..settings import settings
from .network import Conditioning, Shape, positive, square

SIZES = (16, 32, 64, 128)
INNER = 8  # side in pixels of the maps that meet the dense layers
ENCODER_DENSE, CRITIC_DENSE = 32, 8  # units of the hidden dense layers, times the width


def stages(size: int) -> int:
    return (size // INNER).bit_length() - 1


def halving(inputs: int, outputs: int) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 5, 2, 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def dense(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU(inplace=True))


class Encoder(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Code of z (n, latent)."""

    def __init__(self, settings: VaeganEncoder, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.classes = shape.classes
        plan = [settings.width * min(4, 2**i) for i in range(stages(size))]
        inputs = channels + shape.classes
        self.stages = nn.Sequential(*(halving(a, b) for a, b in pairwise([inputs, *plan])), nn.Flatten())
        self.dense = dense(plan[-1] * INNER**2, ENCODER_DENSE * settings.width)
        self.head = nn.Linear(ENCODER_DENSE * settings.width, 2 * shape.latent)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Code:
        x = append_one_hot(x, y, self.classes) if self.classes else x
        return moments(self.head(self.dense(self.stages(x))), stochastic=True)


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size) in [-1, 1]."""

    def __init__(self, settings: VaeganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.classes = shape.classes
        start, count = 4 * settings.width, stages(size)
        plan = [min(start, settings.width * 2 ** (count - 1 - i)) for i in range(count - 1)]
        plan = [*plan, max(1, settings.width // 2)]
        self.start = (start, INNER, INNER)
        self.dense = dense(shape.latent + shape.classes, start * INNER**2)
        self.stages = nn.Sequential(*(self.doubling(a, b) for a, b in pairwise([start, *plan])))
        self.head = nn.Conv2d(plan[-1], channels, 5, padding=2)
        normal_(self)

    @staticmethod
    def doubling(inputs: int, outputs: int) -> nn.Sequential:
        conv = nn.ConvTranspose2d(inputs, outputs, 5, 2, 2, output_padding=1, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        z = append_one_hot(z, y, self.classes) if self.classes else z
        return self.head(self.stages(self.dense(z).unflatten(1, self.start))).tanh()


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit per image, (n, 1)."""

    def __init__(self, settings: VaeganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.maps = shape.classes if settings.conditioning == "concat" else 0
        plan = [max(1, settings.width // 2), *(settings.width * min(4, 2 ** (i + 1)) for i in range(stages(size)))]
        entry = nn.Sequential(nn.Conv2d(channels + self.maps, plan[0], 5, padding=2), nn.ReLU(inplace=True))
        self.stages = nn.ModuleList([entry, *(halving(a, b) for a, b in pairwise(plan))])
        self.dense = dense(plan[-1] * INNER**2, CRITIC_DENSE * settings.width)
        self.head = nn.Linear(CRITIC_DENSE * settings.width, 1)
        self.labels = LabelHead(settings.conditioning, CRITIC_DENSE * settings.width, shape.classes)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = append_one_hot(x, y, self.maps) if self.maps else x
        features = list[Tensor]()
        for stage in self.stages:
            h = stage(h)
            features.append(h)
        h = self.dense(h.flatten(1))
        return self.labels(self.head(h), h, y, (*features, h))


@settings
class VaeganEncoder:
    """VAE-GAN's encoder, for 16 to 128 pixels."""

    kind: Literal["vaegan-encoder"] = "vaegan-encoder"
    width: int = 64
    """Channels of the first stage; each stage after has twice as many, up to 4 times (published: 64)."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Encoder(self, shape)


@settings
class VaeganGenerator:
    """VAE-GAN's generator, which is its decoder, for 16 to 128 pixels."""

    kind: Literal["vaegan-generator"] = "vaegan-generator"
    width: int = 64
    """A quarter of the channels behind the dense layer (published: 64)."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class VaeganCritic:
    """VAE-GAN's discriminator, for 16 to 128 pixels."""

    kind: Literal["vaegan-critic"] = "vaegan-critic"
    width: int = 64
    """Twice the channels of the first stage, a quarter of the last one's (published: 64)."""
    conditioning: Conditioning = "concat"
    """How labels come in, where the data has any."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
