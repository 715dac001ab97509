"""The first GAN's kind of network: fully connected layers (Goodfellow et al. 2014).

For images these are the sizes in common use today, with tanh output and leaky ReLU instead of the paper's sigmoid
and maxout. For points in the plane they are the small pair that 2-D experiments use.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from ..layers.labels import append_one_hot
from ..layers.maxout import Maxout
from ..layers.noise import disturbances
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, disturbed, positive

Activation = Literal["auto", "relu", "leaky_relu", "tanh", "maxout"]
PIECES = 5  # linear maps per maxout unit, as in the first GAN's critic


def hidden(inputs: int, width: int, activation: Activation, norm: bool, extras: list[nn.Module]) -> nn.Sequential:
    if activation == "maxout":
        linear, functions = Maxout(inputs, width, PIECES), list[nn.Module]()
    else:
        linear, functions = nn.Linear(inputs, width), [function(activation)]
    return nn.Sequential(linear, *([nn.BatchNorm1d(width)] if norm else []), *functions, *extras)


def chosen(name: Activation, automatic: Activation) -> Activation:
    return automatic if name == "auto" else name


def function(name: Activation) -> nn.Module:
    match name:
        case "relu":
            return nn.ReLU(inplace=True)
        case "tanh":
            return nn.Tanh()
    return nn.LeakyReLU(0.2, inplace=True)


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, *image), in [-1, 1] for images and unbounded for points."""

    def __init__(self, settings: MlpGenerator, shape: Shape):
        super().__init__()
        self.image, self.classes = shape.image, shape.classes
        points = len(shape.image) == 1
        widths = settings.widths or ((128, 128, 128) if points else (256, 512, 1024))
        batch_norm = not points if settings.batch_norm is None else settings.batch_norm
        activation = chosen(settings.activation, "relu" if points else "leaky_relu")
        self.stages = nn.Sequential(
            *(
                # The first layer has no batch norm, as in DCGAN's critic: it sees the raw input.
                hidden(a, b, activation, batch_norm and i > 0, disturbances(settings.noise, settings.dropout, True))
                for i, (a, b) in enumerate(pairwise((shape.latent + shape.classes, *widths)))
            )
        )
        self.head = nn.Linear(widths[-1], math.prod(shape.image))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        h = append_one_hot(z, y, self.classes) if self.classes else z
        out = self.head(self.stages(h)).unflatten(1, self.image)
        return out if len(self.image) == 1 else out.tanh()


class Critic(nn.Module):
    """Turns x (n, *image) and y (n,) or None into a Verdict with one logit per sample, (n, 1)."""

    def __init__(self, settings: MlpCritic, shape: Shape):
        super().__init__()
        self.classes = shape.classes
        points = len(shape.image) == 1
        widths = settings.widths or ((128, 128, 128) if points else (512, 256))
        dropout = (0.0 if points else 0.3) if settings.dropout is None else settings.dropout
        activation = chosen(settings.activation, "leaky_relu")
        self.stages = nn.ModuleList(
            hidden(a, b, activation, False, disturbances(settings.noise, dropout))
            for a, b in pairwise((math.prod(shape.image) + shape.classes, *widths))
        )
        self.head = nn.Linear(widths[-1], 1)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = x.flatten(1)
        h = append_one_hot(h, y, self.classes) if self.classes else h
        features = list[Tensor]()
        for stage in self.stages:
            h = stage(h)
            features.append(h)
        return Verdict((self.head(h),), tuple(features))


@settings
class MlpGenerator:
    """A fully connected generator, for images of any size and for points."""

    kind: Literal["mlp-generator"] = "mlp-generator"
    widths: tuple[int, ...] = ()
    """Hidden units, layer by layer; empty = 256, 512, 1024 for images and 128, 128, 128 for points."""
    activation: Activation = "auto"
    """auto = leaky ReLU for images, ReLU for points; maxout takes the largest of 5 linear maps."""
    batch_norm: bool | None = None
    """Batch norm in every hidden layer but the first; null = for images only."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise behind every hidden layer, when sampling too."""
    dropout: float = 0.0
    """Share of hidden units dropped, when sampling too."""

    def __post_init__(self) -> None:
        disturbed(self.noise, self.dropout)
        for width in self.widths:
            positive("widths", width)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class MlpCritic:
    """A fully connected critic, for images of any size and for points."""

    kind: Literal["mlp-critic"] = "mlp-critic"
    widths: tuple[int, ...] = ()
    """Hidden units, layer by layer; empty = 512, 256 for images and 128, 128, 128 for points."""
    activation: Activation = "auto"
    """auto = leaky ReLU; maxout takes the largest of 5 linear maps."""
    dropout: float | None = None
    """Share of hidden units dropped in training, 0..1; null = 0.3 for images and 0 for points."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise behind every hidden layer, in training."""

    def __post_init__(self) -> None:
        disturbed(self.noise, self.dropout or 0.0)
        for width in self.widths:
            positive("widths", width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
