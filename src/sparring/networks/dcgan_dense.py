"""DCGAN with a dense first and last layer: the other common form, for small images of any side divisible by 4.

The generator's dense layer makes 512 maps of a quarter of the side, so most of its weights sit there: 13.1 of
15.9 million at 64 pixels. Batch norm and ReLU follow it, as they follow every hidden layer of a DCGAN generator.
The critic halves until at most 4 pixels are left. The convolutions have biases.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from ..layers.initialise import normal_
from ..layers.labels import append_one_hot
from ..layers.noise import disturbances
from ..layers.projection import LabelHead
from ..play.scene import Verdict
from ..settings import settings
from .network import Conditioning, Shape, disturbed, positive, square

SIZES = tuple(range(16, 65, 4))


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size) in [-1, 1]."""

    def __init__(self, settings: DcganDenseGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.classes = shape.classes
        first, second, third = (settings.width * times for times in (8, 4, 2))
        self.start = (first, size // 4, size // 4)
        self.dense = nn.Linear(shape.latent + shape.classes, first * (size // 4) ** 2)
        self.stages = nn.Sequential(
            nn.Sequential(nn.BatchNorm2d(first), nn.ReLU(inplace=True), *self.extras(settings)),
            self.stage(settings, first, second),
            self.stage(settings, second, third),
        )
        self.head = nn.Conv2d(third, channels, 3, padding=1)
        normal_(self)

    @staticmethod
    def extras(settings: DcganDenseGenerator) -> list[nn.Module]:
        return disturbances(settings.noise, settings.dropout, always=True)

    @classmethod
    def stage(cls, settings: DcganDenseGenerator, inputs: int, outputs: int) -> nn.Sequential:
        conv = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True), *cls.extras(settings))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        z = append_one_hot(z, y, self.classes) if self.classes else z
        return self.head(self.stages(self.dense(z).unflatten(1, self.start))).tanh()


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit per image, (n, 1)."""

    def __init__(self, settings: DcganDenseCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.maps = shape.classes if settings.conditioning == "concat" else 0
        inputs, width, stages = channels + self.maps, settings.width, list[nn.Module]()
        while size > 4:
            stages.append(self.stage(settings, inputs, width, batch_norm=bool(stages)))
            inputs, width, size = width, min(2 * width, 8 * settings.width), size // 2
        self.stages = nn.ModuleList(stages)
        self.head = nn.Linear(inputs * size**2, 1)
        self.labels = LabelHead(settings.conditioning, inputs, shape.classes)
        normal_(self)

    @staticmethod
    def stage(settings: DcganDenseCritic, inputs: int, outputs: int, batch_norm: bool) -> nn.Sequential:
        norm = [nn.BatchNorm2d(outputs)] if batch_norm else []
        extras = disturbances(settings.noise, settings.dropout)
        return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), *norm, nn.LeakyReLU(0.2, inplace=True), *extras)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = append_one_hot(x, y, self.maps) if self.maps else x
        features = list[Tensor]()
        for stage in self.stages:
            h = stage(h)
            features.append(h)
        return self.labels(self.head(h.flatten(1)), h, y, tuple(features))


@settings
class DcganDenseGenerator:
    """A DCGAN generator with a dense first layer and two doublings, for 16 to 64 pixels in steps of 4."""

    kind: Literal["dcgan-dense-generator"] = "dcgan-dense-generator"
    width: int = 64
    """An eighth of the channels behind the dense layer; each doubling halves them."""
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
class DcganDenseCritic:
    """A DCGAN discriminator with a dense last layer, for 16 to 64 pixels in steps of 4."""

    kind: Literal["dcgan-dense-critic"] = "dcgan-dense-critic"
    width: int = 64
    """Channels of the first stage; each stage after has twice as many, up to 8 times."""
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
