"""FastGAN (Liu et al. 2021): made for few images and little time.

The generator's gated stages are cheap, and skip-layer excitation lets its 4 to 32 pixel maps steer those of 64 to 512.
The critic judges the image and a small copy of it, and must be able to rebuild real images from its features, which
keeps it from learning a few images by heart. Both are meant to be used with spectral normalisation. The authors' code
was withdrawn; sizes of the generator are those of Projected GAN's version of it.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.conditional_norm import GuidedBatchNorm2d, normalise
from ..layers.excitation import SkipExcitation
from ..layers.initialise import normal_
from ..layers.labels import ClassEmbedding
from ..layers.noise import NoiseInjection
from ..layers.projection import LabelHead
from ..layers.rebuild import Decoder, rebuilding_error
from ..play.scene import Verdict
from ..settings import settings
from .network import Shape, positive, square

SIZES = (32, 64, 128, 256, 512, 1024)
# Channels in multiples of the width, by the side of the maps.
WIDTHS = {4: 16, 8: 8, 16: 4, 32: 2, 64: 2, 128: 1, 256: 0.5, 512: 0.25, 1024: 0.125}
CRITIC_WIDTHS = {8: 8, 16: 4, 32: 2, 64: 1, 128: 0.5, 256: 0.25}
EXCITED = {64: 4, 128: 8, 256: 16, 512: 32}  # fine maps, and the coarse ones that gate them
DEEPEST = 8  # side of the critic's last maps
LARGEST = 256  # side of the first maps that the critic's blocks see
SMALL = 128  # side of the small copy
PUBLISHED = 64  # width of the critic that the decoders belong to


def widths(multiples: dict[int, int] | dict[int, float], width: int) -> dict[int, int]:
    return {side: max(1, int(times * width)) for side, times in multiples.items()}


class UpStage(nn.Module):
    """Nearest doubling, 3x3, noise, norm and gate, then all but the doubling again. (n, a, h, w) -> (n, b, 2h, 2w).

    The lite version has neither the noise nor the second half.
    """

    def __init__(self, inputs: int, outputs: int, guide: int, lite: bool):
        super().__init__()
        sides = [(inputs, 2 * outputs)] if lite else [(inputs, 2 * outputs), (outputs, 2 * outputs)]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in sides)
        self.noises = nn.ModuleList(nn.Identity() if lite else NoiseInjection() for _ in sides)
        self.norms = nn.ModuleList(
            GuidedBatchNorm2d(b, guide, bias=True) if guide else nn.BatchNorm2d(b) for _, b in sides
        )

    def forward(self, x: Tensor, y: Tensor | None) -> Tensor:
        h = F.interpolate(x, scale_factor=2)
        for conv, noise, norm in zip(self.convs, self.noises, self.norms, strict=True):
            h = F.glu(normalise(norm, noise(conv(h)), y), 1)
        return h


class Generator(nn.Module):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size), in [-1, 1] where `tanh` is on."""

    def __init__(self, settings: FastganGenerator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = {side: count for side, count in widths(WIDTHS, settings.width).items() if side <= size}
        self.tanh = settings.tanh
        self.embedding = ClassEmbedding(shape.classes, shape.latent) if shape.classes else None
        self.start = nn.ConvTranspose2d(shape.latent, 2 * plan[4], 4, bias=False)
        self.start_norm = nn.BatchNorm2d(2 * plan[4])
        guide = shape.latent if shape.classes else 0
        self.stages = nn.ModuleList(UpStage(a, b, guide, settings.lite) for a, b in pairwise(plan.values()))
        self.excitations = nn.ModuleDict(
            {str(fine): SkipExcitation(plan[coarse], plan[fine]) for fine, coarse in EXCITED.items() if fine in plan}
        )
        self.head = nn.Conv2d(plan[size], channels, 3, padding=1)
        normal_(self)

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        label = None if self.embedding is None else self.embedding(y)
        z = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        side, h = 4, F.glu(self.start_norm(self.start(z[:, :, None, None])), 1)
        seen = {4: h}
        for stage in self.stages:
            side, h = 2 * side, stage(h, label)
            if side in EXCITED:
                h = self.excitations[str(side)](seen[EXCITED[side]], h)
            seen[side] = h
        image = self.head(h)
        return image.tanh() if self.tanh else image


def convolution(inputs: int, outputs: int, side: int, stride: int = 1, norm: bool = True) -> list[nn.Module]:
    """Without bias, with batch norm and leaky ReLU behind; 4x4 halves, 3x3 and 1x1 keep the side."""
    conv = nn.Conv2d(inputs, outputs, side, stride, 1 if side > 1 else 0, bias=False)
    return [conv, *([nn.BatchNorm2d(outputs)] if norm else []), nn.LeakyReLU(0.2, inplace=True)]


class DownStage(nn.Module):
    """The mean of 4x4 with stride 2 and 3x3, and of pooling and 1x1. (n, a, 2h, 2w) -> (n, b, h, w)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.main = nn.Sequential(*convolution(inputs, outputs, 4, 2), *convolution(outputs, outputs, 3))
        self.direct = nn.Sequential(nn.AvgPool2d(2), *convolution(inputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        return (self.main(x) + self.direct(x)) / 2


class Critic(nn.Module):
    """Turns x (n, channels, size, size) and y (n,) or None into a Verdict with two 5x5 maps of logits.

    One judges the image, the other its small copy. `rebuild` is how far the image is from what the decoders make of
    the last features, of the small copy's, and, for a random quarter of it, of that quarter of the 16x16 maps: the sum
    of three L1 means. The authors compare in a feature network instead. It is computed only when asked for.
    """

    def __init__(self, settings: FastganCritic, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        plan = widths(CRITIC_WIDTHS, settings.width)
        sides = [side for side in sorted(plan, reverse=True) if side <= size]
        entry = convolution(channels, plan[sides[0]], 3 if size <= LARGEST else 4, 1 if size <= LARGEST else 2, False)
        if size > 2 * LARGEST:
            half = max(1, plan[LARGEST] // 2)
            entry = convolution(channels, half, 4, 2, False) + convolution(half, plan[LARGEST], 4, 2)
        self.entry = nn.Sequential(*entry)
        self.stages = nn.ModuleList(DownStage(plan[a], plan[b]) for a, b in pairwise(sides))
        # The fine maps steer the coarse ones here: the other way round than in the generator.
        self.excitations = nn.ModuleDict(
            {str(side): SkipExcitation(plan[8 * side], plan[side]) for side in sides if 8 * side in sides}
        )
        self.head = nn.Sequential(*convolution(plan[8], plan[16], 1), nn.Conv2d(plan[16], 1, 4, bias=False))
        self.small = min(SMALL, size // 2)
        # The small copy's maps are half as wide as the image's.
        small = [plan[2 * side] for side in sides if DEEPEST <= side <= self.small // 2]
        self.small_entry = nn.Sequential(*convolution(channels, small[0], 4, 2, False))
        self.small_stages = nn.Sequential(*(nn.Sequential(*convolution(a, b, 4, 2)) for a, b in pairwise(small)))
        self.small_head = nn.Conv2d(small[-1], 1, 4, bias=False)
        target = min(SMALL, size)
        share = settings.width / PUBLISHED
        self.decoders = nn.ModuleList(
            Decoder(count, channels, target, share) for count in (plan[8], plan[16], small[-1])
        )
        self.labels = LabelHead(settings.conditioning, plan[8], shape.classes)
        normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        h = self.entry(x)
        seen = {h.shape[-1]: h}
        for stage in self.stages:
            h = stage(h)
            side = h.shape[-1]
            if str(side) in self.excitations:
                h = self.excitations[str(side)](seen[8 * side], h)
            seen[side] = h
        small = self.small_stages(self.small_entry(F.interpolate(x, size=self.small)))
        part, rest = seen[2 * DEEPEST], [maps for side, maps in seen.items() if side > 2 * DEEPEST]
        verdict = self.labels(self.head(h), h, y, (*rest, part, h, small))
        rebuild = partial(rebuilding_error, tuple(self.decoders), (h, part, small), x)
        return Verdict((*verdict.logits, self.small_head(small)), verdict.features, verdict.classes, rebuild)


@settings
class FastganGenerator:
    """FastGAN's generator, for 32 to 1024 pixels; add spectral normalisation."""

    kind: Literal["fastgan-generator"] = "fastgan-generator"
    width: int = 128
    """Channels at 128 pixels; 16 times as many at 4 (published: 128; lite: 64)."""
    lite: bool = False
    """One convolution per stage instead of two, and no noise."""
    tanh: bool = True
    """Bound the image by tanh, as the authors do; off as in Projected GAN."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class FastganCritic:
    """FastGAN's critic with its decoders, for 32 to 1024 pixels; add spectral normalisation."""

    kind: Literal["fastgan-critic"] = "fastgan-critic"
    width: int = 64
    """Channels at 64 pixels; 8 times as many at 8, and the decoders' in proportion (published: 64)."""
    conditioning: Literal["projection", "auxiliary"] = "projection"
    """How labels come in, where the data has any."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
