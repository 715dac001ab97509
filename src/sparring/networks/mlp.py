"""The first GAN's kind of network: fully connected layers (Goodfellow et al. 2014).

For images these are the sizes in common use today, with tanh output and leaky ReLU instead of the paper's sigmoid
and maxout. For points in the plane they are the small pair that 2-D experiments use.
"""

from __future__ import annotations

import math
from typing import Literal

from torch import Tensor, nn

from ..layers.labels import append_one_hot
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive

Activation = Literal["auto", "relu", "leaky_relu"]


def hidden(inputs: int, width: int, activation: nn.Module, batch_norm: bool, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Linear(inputs, width)]
    if batch_norm:
        layers.append(nn.BatchNorm1d(width))
    layers.append(activation)
    if dropout:
        layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def function(name: Activation, automatic: Activation) -> nn.Module:
    chosen = automatic if name == "auto" else name
    return nn.ReLU(inplace=True) if chosen == "relu" else nn.LeakyReLU(0.2, inplace=True)


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, *image), in [-1, 1] for images and unbounded for points."""

    def __init__(self, settings: MlpGenerator, shape: Shape):
        super().__init__()
        self.image, self.classes = shape.image, shape.classes
        points = len(shape.image) == 1
        widths = settings.widths or ((128, 128, 128) if points else (256, 512, 1024))
        batch_norm = not points if settings.batch_norm is None else settings.batch_norm
        inputs = (shape.latent + shape.classes, *widths[:-1])
        self.stages = nn.Sequential(
            *(
                # The first layer has no batch norm, as in DCGAN's critic: it sees the raw input.
                hidden(a, b, function(settings.activation, "relu" if points else "leaky_relu"), batch_norm and i > 0, 0)
                for i, (a, b) in enumerate(zip(inputs, widths, strict=True))
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
        inputs = (math.prod(shape.image) + shape.classes, *widths[:-1])
        self.stages = nn.ModuleList(
            hidden(a, b, function(settings.activation, "leaky_relu"), False, dropout)
            for a, b in zip(inputs, widths, strict=True)
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
    """auto = leaky ReLU for images, ReLU for points."""
    batch_norm: bool | None = None
    """Batch norm in every hidden layer but the first; null = for images only."""

    def __post_init__(self) -> None:
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
    """auto = leaky ReLU."""
    dropout: float | None = None
    """Share of hidden units dropped in training, 0..1; null = 0.3 for images and 0 for points."""

    def __post_init__(self) -> None:
        for width in self.widths:
            positive("widths", width)
        if self.dropout is not None and not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is a share in [0, 1), and is {self.dropout}")

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
