"""BigGAN and SAGAN (Brock et al. 2019, Zhang et al. 2019).

Residual networks with self-attention at one or two resolutions; meant to be used with spectral normalisation on both
networks and the hinge loss. In BigGAN each block's norms are guided by the label's embedding and the block's own
part of z, and the critic's blocks are wide. SAGAN is what is left without either: `BigganGenerator(embedding=0,
hierarchical=False, width=64, attention=(32,))` and `BigganCritic(wide=False, width=64, attention=(32,))`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.attention import SelfAttention
from ..layers.initialise import orthogonal_
from ..layers.labels import ClassEmbedding
from ..layers.projection import LabelHead
from ..layers.residual import DownBlock, UpBlock
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square

# Channels in multiples of the width: at 4, 8, ... pixels in the generator, behind each block in the critic.
UP = {16: (4, 4, 4), 32: (4, 4, 4, 4), 64: (16, 16, 8, 4, 2), 128: (16, 16, 8, 4, 2, 1)}
UP |= {256: (16, 16, 8, 8, 4, 2, 1), 512: (16, 16, 8, 8, 4, 2, 1, 1)}
DOWN = {16: (4, 4, 4), 32: (4, 4, 4, 4), 64: (1, 2, 4, 8, 16), 128: (1, 2, 4, 8, 16, 16)}
DOWN |= {256: (1, 2, 4, 8, 8, 16, 16), 512: (1, 1, 2, 4, 8, 8, 16, 16)}
SIZES = tuple(UP)


def halvings(size: int) -> int:
    """How many of the critic's first blocks halve: down to 4 pixels, or 8 in the networks for small images."""
    return (size // (8 if size <= 32 else 4)).bit_length() - 1


class Guide(nn.Module):
    """What the norms of each block are told, and what of z the start is made of.

    With `parts` > 1, z is cut into that many equal parts, and what does not divide stays with the first. Called with
    z and labels it returns the first part and, per block, a vector (n, length), or the labels themselves where
    `length` is 0.
    """

    def __init__(self, shape: Shape, embedding: int, parts: int, kind: str):
        super().__init__()
        if shape.latent < parts:
            raise ValueError(f"{kind} cuts z into {parts} parts here: make the latent at least {parts}")
        rest = shape.latent // parts if parts > 1 else 0
        self.cuts = (shape.latent - rest * (parts - 1), *[rest] * (parts - 1))
        self.shared = ClassEmbedding(shape.classes, embedding) if shape.classes and embedding else None
        if self.shared is not None:
            nn.init.orthogonal_(self.shared.weight)
        self.length = rest + (embedding if shape.classes else 0)

    def forward(self, z: Tensor, y: Tensor | None, blocks: int) -> tuple[Tensor, list[Tensor | None]]:
        first, *rest = z.split(self.cuts, 1)
        label = y if self.shared is None else self.shared(y)
        if not rest:
            return first, [label] * blocks
        return first, [part if self.shared is None or label is None else torch.cat([label, part], 1) for part in rest]


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size) in [-1, 1]."""

    def __init__(self, settings: BigganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = [settings.width * times for times in UP[size]]
        self.guide = Guide(shape, settings.embedding, len(plan) if settings.hierarchical else 1, settings.kind)
        self.start = (plan[0], 4, 4)
        self.dense = nn.Linear(self.guide.cuts[0], plan[0] * 16)
        self.blocks = nn.ModuleList(
            UpBlock(inputs, outputs, shape.classes, guide=self.guide.length) for inputs, outputs in pairwise(plan)
        )
        self.attention = attention_behind(plan[1:], [8 * 2**i for i in range(len(plan) - 1)], settings.attention)
        self.norm = nn.BatchNorm2d(plan[-1])
        self.head = nn.Conv2d(plan[-1], channels, 3, padding=1)
        orthogonal_(self)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        first, told = self.guide(z, y, len(self.blocks))
        h = self.dense(first).unflatten(1, self.start)
        for block, look, guide in zip(self.blocks, self.attention, told, strict=True):
            h = look(block(h, guide))
        return self.head(F.relu(self.norm(h), inplace=True)).tanh()


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with one logit per image, (n, 1)."""

    def __init__(self, settings: BigganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = [settings.width * times for times in DOWN[size]]
        steps, halving = list(pairwise([channels, *plan])), halvings(size)
        self.blocks = nn.ModuleList(
            DownBlock(a, b, halve=i < halving, entry=i == 0, middle=b if settings.wide else a)
            for i, (a, b) in enumerate(steps)
        )
        sides = [size >> min(i + 1, halving) for i in range(len(plan))]
        self.attention = attention_behind(plan, sides, settings.attention)
        self.head = nn.Linear(plan[-1], 1)
        self.labels = LabelHead(settings.conditioning, plan[-1], shape.classes)
        orthogonal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h, features = x, list[Tensor]()
        for block, look in zip(self.blocks, self.attention, strict=True):
            h = look(block(h))
            features.append(h)
        h = F.relu(h).sum((2, 3))
        return self.labels(self.head(h), h, y, tuple(features))


def attention_behind(channels: list[int], sides: list[int], chosen: tuple[int, ...]) -> nn.ModuleList:
    """Self-attention behind the blocks whose output has one of the chosen sides; nothing behind the others."""
    return nn.ModuleList(
        SelfAttention(width) if side in chosen else nn.Identity() for width, side in zip(channels, sides, strict=True)
    )


@settings
class BigganGenerator:
    """BigGAN's generator, or SAGAN's, for 16 to 512 pixels; add spectral normalisation."""

    kind: Literal["biggan-generator"] = "biggan-generator"
    width: int = 96
    """Channels of the last block from 128 pixels on, a quarter of all blocks' at 32 (published: 96; CIFAR 64)."""
    attention: tuple[int, ...] = (64,)
    """Sides in pixels of the maps that are followed by self-attention; others than occur count for nothing."""
    embedding: int = 128
    """Length of the label's embedding that all norms share; 0 = each norm has its own scales and shifts per class."""
    hierarchical: bool = True
    """Cut z into parts, one for the start and one for the norms of each block."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        if self.hierarchical and not self.embedding:
            raise ValueError("hierarchical noise needs a shared embedding: set embedding, or hierarchical to false")

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class BigganCritic:
    """BigGAN's critic, or SAGAN's, for 16 to 512 pixels; add spectral normalisation."""

    kind: Literal["biggan-critic"] = "biggan-critic"
    width: int = 96
    """Channels of the first block from 64 pixels on, a quarter of all blocks' at 32 (published: 96; CIFAR 64)."""
    attention: tuple[int, ...] = (64,)
    """Sides in pixels of the maps that are followed by self-attention; others than occur count for nothing."""
    wide: bool = True
    """The middle of a block is as wide as its output, as in BigGAN, and not as its input, as in SAGAN."""
    conditioning: Literal["projection", "auxiliary"] = "projection"
    """How labels come in, where the data has any."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
