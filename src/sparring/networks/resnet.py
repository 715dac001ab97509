"""Residual networks of SNGAN and of cGANs with projection (Miyato et al. 2018, Miyato and Koyama 2018).

Up to 32 pixels all blocks are equally wide, as in the CIFAR networks (published: generator 256, critic 128). Above,
the width is that of the block at full size and doubles with every halving, as in the ImageNet networks (published:
64 at 128 pixels). A narrow pair such as 64 at 32 pixels trains on a CPU. The critic has no norm; it is meant
to be used with spectral normalisation.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.conditional_norm import ConditionalBatchNorm2d
from ..layers.initialise import RESIDUAL_GAIN, orthogonal_, xavier_
from ..layers.labels import check, tiled
from ..layers.noise import disturbances
from ..layers.projection import LabelHead
from ..layers.residual import DownBlock, UpBlock, Upsample
from ..play.scene import Verdict
from ..settings import settings
from .network import Conditioning, Shape, disturbed, positive, square

SIZES = (16, 32, 64, 128, 256)
FLAT = 32  # up to this side in pixels all blocks are equally wide
WIDEST = 16  # times the width, in deep blocks of larger images
EMBEDDING = 128  # length of a label's embedding where it joins the critic's maps ("concat")


def generator_widths(size: int, width: int) -> list[int]:
    """Channels at 4, 8, ... size pixels."""
    sides = [2**power for power in range(2, size.bit_length())]
    return [width if size <= FLAT else width * min(WIDEST, size // side) for side in sides]


def critic_widths(size: int, width: int) -> tuple[list[int], int]:
    """Channels behind each block, and how many of the first blocks halve."""
    if size <= FLAT:
        halvings = (size // 8).bit_length() - 1
        return [width] * (halvings + 2), halvings
    halvings = (size // 4).bit_length() - 1
    behind = [width * min(WIDEST, 2**block) for block in range(halvings)]
    return [*behind, behind[-1]], halvings


def initialise_(network: nn.Module, how: str) -> None:
    """Layers in the order they were made, then the conditional norms, which must start as plain ones."""
    for name, layer in network.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear, nn.Embedding)):
            gain = RESIDUAL_GAIN if name.endswith((".conv1", ".conv2")) else 1.0
            orthogonal_(layer) if how == "orthogonal" else xavier_(layer, gain)
    for layer in network.modules():
        if isinstance(layer, ConditionalBatchNorm2d):
            layer.reset_parameters()


class Generator(nn.Module):
    """A dense start, blocks that double, then norm, ReLU and a 3x3 convolution.

    z (n, latent), y (n,) or None -> (n, channels, size, size) in [-1, 1].
    """

    def __init__(self, settings: ResnetGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = generator_widths(size, settings.width)
        self.start = (plan[0], 4, 4)
        self.dense = nn.Linear(shape.latent, plan[0] * 16)
        self.blocks = nn.ModuleList(
            UpBlock(inputs, outputs, shape.classes, settings.upsample) for inputs, outputs in pairwise(plan)
        )
        self.disturbed = nn.Sequential(*disturbances(settings.noise, settings.dropout, always=True))
        self.norm = nn.BatchNorm2d(plan[-1])
        self.head = nn.Conv2d(plan[-1], channels, 3, padding=1)
        initialise_(self, settings.weights)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        h = self.dense(z).unflatten(1, self.start)
        for block in self.blocks:
            h = self.disturbed(block(h, y))
        return self.head(F.relu(self.norm(h), inplace=True)).tanh()


class Critic(nn.Module):
    """Blocks that halve and blocks that do not, ReLU, a sum over positions, one linear layer.

    x (n, channels, size, size), y (n,) or None -> Verdict with one logit per image, (n, 1).
    """

    def __init__(self, settings: ResnetCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        outputs, halvings = critic_widths(size, settings.width)
        inputs = [channels, *outputs[:-1]]
        self.classes = shape.classes if settings.conditioning == "concat" else 0
        self.joins = min(3, len(outputs) - 1)  # labels join before this block
        if self.classes:
            inputs[self.joins] += EMBEDDING
        self.blocks = nn.ModuleList(
            DownBlock(a, b, halve=i < halvings, entry=i == 0, rectified=settings.shortcut == "rectified")
            for i, (a, b) in enumerate(zip(inputs, outputs, strict=True))
        )
        self.disturbed = nn.Sequential(*disturbances(settings.noise, settings.dropout))
        self.embedding = nn.Embedding(self.classes, EMBEDDING) if self.classes else None
        self.head = nn.Linear(outputs[-1], 1, bias=settings.head_bias)
        self.labels = LabelHead(settings.conditioning, outputs[-1], shape.classes)
        initialise_(self, settings.weights)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h, features = x, list[Tensor]()
        for i, block in enumerate(self.blocks):
            if self.embedding is not None and i == self.joins:
                h = torch.cat([h, tiled(self.embedding(check(y, self.classes)), h)], 1)
            h = self.disturbed(block(h))
            features.append(h)
        h = F.relu(h).sum((2, 3))
        return self.labels(self.head(h), h, y, tuple(features))


@settings
class ResnetGenerator:
    """SNGAN's residual generator, with conditional batch norm where the data has labels, for 16 to 256 pixels."""

    kind: Literal["resnet-generator"] = "resnet-generator"
    width: int = 64
    """Channels of every block up to 32 pixels (published: 256); above, of the last block (published: 64)."""
    upsample: Upsample = "nearest"
    """How blocks double the resolution."""
    weights: Literal["xavier", "orthogonal"] = "xavier"
    """How weights start: Glorot uniform as published, or orthogonal as in BigGAN."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise behind every block, when sampling too."""
    dropout: float = 0.0
    """Share of features dropped behind every block, when sampling too."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        disturbed(self.noise, self.dropout)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class ResnetCritic:
    """SNGAN's residual critic with global sum pooling, for 16 to 256 pixels; add spectral normalisation."""

    kind: Literal["resnet-critic"] = "resnet-critic"
    width: int = 64
    """Channels of every block up to 32 pixels (published: 128); above, of the first block (published: 64)."""
    conditioning: Conditioning = "projection"
    """How labels come in, where the data has any."""
    weights: Literal["xavier", "orthogonal"] = "xavier"
    """How weights start: Glorot uniform as published, or orthogonal as in BigGAN."""
    head_bias: bool = False
    """A bias in the last layer, which the published critic has not."""
    shortcut: Literal["input", "rectified"] = "input"
    """What shortcuts read: a block's input, as published, or that behind its ReLU, for weights of torch-mimicry."""
    noise: float = 0.0
    """Standard deviation of Gaussian noise behind every block, in training."""
    dropout: float = 0.0
    """Share of features dropped behind every block, in training."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        disturbed(self.noise, self.dropout)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
