"""StarGAN v2 (Choi et al. 2020): one translator for many domains and many styles of each.

A style is a vector. A mapping makes styles of noise, an encoder reads them off images, and both have one output per
domain, as has the critic. These are the networks without the filters for aligned faces that keep fine details.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.labels import check
from ..layers.norms import InstanceNorm2d
from ..layers.restyling import RestylingDown, RestylingUp
from ..play import chance
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, channels_of, positive, translated

STYLE = 64  # length of a style
BOTTOM = 16  # side in pixels of the translator's innermost maps


def plan(side: int, width: int, widest: int, bottom: int) -> list[int]:
    """Channels at the full side, at half of it, and so on down to `bottom` pixels."""
    return [min(width << level, widest) for level in range((side // bottom).bit_length())]


def sided(shape: Shape, kind: str) -> int:
    """The side of square images of 32, 64, 128, ... pixels with domains. ValueError for anything else."""
    side = shape.image[-1]
    if len(shape.image) != 3 or shape.image[1] != side or side < 2 * BOTTOM or side & (side - 1):
        raise ValueError(f"{kind} works on square images of 32, 64, 128, 256 or 512 pixels")
    if not shape.classes:
        raise ValueError(f"{kind} needs domains to translate between: set data.labels=auto")
    return side


class Generator(nn.Module):
    """Turns x (n, *image) and a style (n, 64) into (n, *image), about in [-1, 1]."""

    def __init__(self, settings: Stargan2Generator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, 1)
        widths = plan(sided(shape, settings.kind), settings.width, settings.widest, BOTTOM)
        pairs = list(pairwise(widths))
        self.multiple = 1 << len(widths) - 1
        self.entry = nn.Conv2d(inputs, widths[0], 3, padding=1)
        down = [RestylingDown(a, b, halve=True, norm=True) for a, b in pairs]
        self.down = nn.Sequential(*down, *(RestylingDown(widths[-1], widths[-1], False, True) for _ in range(2)))
        up = [RestylingUp(widths[-1], widths[-1], STYLE, double=False) for _ in range(2)]
        self.up = nn.ModuleList([*up, *(RestylingUp(b, a, STYLE, double=True) for a, b in reversed(pairs))])
        self.norm = InstanceNorm2d(widths[0], affine=True)
        self.head = nn.Conv2d(widths[0], outputs, 1)
        he_(self)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        h = self.down(self.entry(x))
        for block in self.up:
            h = block(h, style)
        return self.head(F.leaky_relu(self.norm(h), 0.2))


class Mapping(nn.Module):
    """Turns z (n, latent) and domains y (n,) into styles (n, 64): four layers for all, four more for each domain."""

    def __init__(self, settings: Stargan2Mapping, shape: Shape):
        super().__init__()
        if not (shape.latent and shape.classes):
            raise ValueError(f"{settings.kind} makes styles of noise for every domain: it needs both")
        self.latent = shape.latent
        self.together = nn.Sequential(*dense(shape.latent, settings.width), *self.hidden(settings))
        self.apart = nn.ModuleList(
            nn.Sequential(*self.hidden(settings), nn.Linear(settings.width, STYLE)) for _ in range(shape.classes)
        )
        he_(self)

    @staticmethod
    def hidden(settings: Stargan2Mapping) -> list[nn.Module]:
        return [layer for _ in range(3) for layer in dense(settings.width, settings.width)]

    def forward(self, z: Tensor, y: Tensor | None) -> Tensor:
        h = self.together(z)
        return own(torch.stack([head(h) for head in self.apart], 1), y)


class Styled(nn.Module):
    """A translator behind its mapping: x (n, *image) and domains y (n,) to (n, *image), in styles of random noise."""

    def __init__(self, generator: Generator, mapping: Mapping):
        super().__init__()
        self.generator, self.mapping = generator, mapping
        self.latent, self.multiple = mapping.latent, generator.multiple

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        return self.generator(x, self.mapping(chance.normal((len(x), self.latent), x.device).to(x), y))


def joined(networks: dict[str, nn.Module]) -> nn.Module:
    """What translates of a game's networks by role: the generator, behind its mapping where it has one."""
    generator, mapping = networks["generator"], networks.get("mapping")
    if isinstance(generator, Generator) and isinstance(mapping, Mapping):
        return Styled(generator, mapping)
    return generator


def dense(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Linear(inputs, outputs), nn.ReLU(inplace=True)]


def own(answers: Tensor, y: Tensor | None) -> Tensor:
    """Of answers (n, domains, ...) the one for each sample's domain."""
    return answers[torch.arange(len(answers), device=answers.device), check(y, answers.shape[1])]


def trunk(settings: Stargan2StyleEncoder | Stargan2Critic, shape: Shape, least: int) -> tuple[nn.Sequential, int]:
    """From an image down to one pixel, and how many features that has."""
    channels, side = channels_of(shape, settings.kind, least), sided(shape, settings.kind)
    widths = plan(side, settings.width, settings.widest, 4)
    layers = [nn.Conv2d(channels, widths[0], 3, padding=1)]
    blocks = [RestylingDown(a, b, halve=True, norm=False) for a, b in pairwise(widths)]
    end = [nn.LeakyReLU(0.2), nn.Conv2d(widths[-1], widths[-1], 4), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, *blocks, *end), widths[-1]


class StyleEncoder(nn.Module):
    """Turns x (n, *image) and domains y (n,) into styles (n, 64)."""

    def __init__(self, settings: Stargan2StyleEncoder, shape: Shape):
        super().__init__()
        self.trunk, features = trunk(settings, shape, 2 * BOTTOM)
        self.heads = nn.ModuleList(nn.Linear(features, STYLE) for _ in range(shape.classes))
        he_(self)

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        h = self.trunk(x).flatten(1)
        return own(torch.stack([head(h) for head in self.heads], 1), y)


class Critic(nn.Module):
    """Turns x (n, *image) and domains y (n,) into a Verdict with one logit, that of the domain, (n, 1)."""

    def __init__(self, settings: Stargan2Critic, shape: Shape):
        super().__init__()
        self.trunk, features = trunk(settings, shape, 2 * BOTTOM)
        self.head = nn.Conv2d(features, shape.classes, 1)
        he_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = self.trunk(x)
        return Verdict((own(self.head(h).flatten(1), y)[:, None],), (h.flatten(1),))


def he_(module: nn.Module) -> None:
    """He's initialisation, biases 0; norms start scaled by 1 + 0."""
    for part in module.modules():
        if isinstance(part, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
            if part.bias is not None:
                nn.init.zeros_(part.bias)


@settings
class Stargan2Generator:
    """StarGAN v2's translator, for squares of 32, 64, ... pixels; it is told a style."""

    kind: Literal["stargan2-generator"] = "stargan2-generator"
    width: int = 64
    """Channels at full size (published: 64 at 256 pixels); each half as large has twice as many."""
    widest: int = 512
    """Channels at most."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class Stargan2Mapping:
    """StarGAN v2's mapping from noise to a style of each domain."""

    kind: Literal["stargan2-mapping"] = "stargan2-mapping"
    width: int = 512
    """Units of every layer."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Mapping(self, shape)


@settings
class Stargan2StyleEncoder:
    """StarGAN v2's encoder, which reads the style off an image of a domain."""

    kind: Literal["stargan2-encoder"] = "stargan2-encoder"
    width: int = 64
    """Channels at full size; each half as large has twice as many."""
    widest: int = 512
    """Channels at most."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return StyleEncoder(self, shape)


@settings
class Stargan2Critic:
    """StarGAN v2's discriminator, with a logit for each domain."""

    kind: Literal["stargan2-critic"] = "stargan2-critic"
    width: int = 64
    """Channels at full size; each half as large has twice as many."""
    widest: int = 512
    """Channels at most."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
