"""The critic of pix2pixHD (Wang et al. 2018) and SPADE (Park et al. 2019): one PatchGAN for each of several sizes.

Every scale sees the image halved once more. It shows its features, which the generator of these methods matches.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from ..layers.initialise import normal_
from ..layers.norms import InstanceNorm2d
from ..play.scene import Verdict
from ..settings import settings
from ..techniques.spectral import spectral_norm_
from .network import Shape, channels_of, positive
from .pix2pixhd import halved

WIDEST = 8  # times the width


class Scale(nn.Module):
    """A PatchGAN with padding 2. (n, channels, h, w) -> logits (n, 1, ...) and the features before them."""

    def __init__(self, settings: MultiscaleCritic, channels: int):
        super().__init__()
        plan = [settings.width * min(WIDEST, 2**stage) for stage in range(settings.layers + 1)]
        stages = [nn.Sequential(nn.Conv2d(channels, plan[0], 4, 2, 2), nn.LeakyReLU(0.2, inplace=True))]
        for number, (a, b) in enumerate(pairwise(plan), start=1):
            conv = nn.Conv2d(a, b, 4, 2 if number < settings.layers else 1, 2, bias=not settings.spectral)
            conv = spectral_norm_(conv) if settings.spectral else conv
            stages.append(nn.Sequential(conv, InstanceNorm2d(b), nn.LeakyReLU(0.2, inplace=True)))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Conv2d(plan[-1], 1, 4, 1, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        features = list[Tensor]()
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return self.head(x), tuple(features)


class Critic(nn.Module):
    """Turns x (n, channels, h, w) into a Verdict with a map of logits per scale, the finest first.

    The features are those of all scales in this order, equally many each.
    """

    def __init__(self, settings: MultiscaleCritic, shape: Shape):
        super().__init__()
        channels = channels_of(shape, settings.kind, 2 ** (settings.layers + settings.scales - 1))
        if shape.classes:
            raise ValueError(f"{settings.kind} sees no labels: set data.labels=none, or take patch-critic")
        self.scales = nn.ModuleList(Scale(settings, channels) for _ in range(settings.scales))
        if not settings.spectral:
            normal_(self)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        logits, features = list[Tensor](), list[Tensor]()
        for number, scale in enumerate(self.scales):
            x = halved(x) if number else x
            logit, seen = scale(x)
            logits.append(logit)
            features += seen
        return Verdict(tuple(logits), tuple(features))


@settings
class MultiscaleCritic:
    """The discriminator of pix2pixHD and SPADE."""

    kind: Literal["multiscale-critic"] = "multiscale-critic"
    width: int = 64
    """Channels of the first stage; each stage after has twice as many, up to 8 times."""
    layers: int = 3
    """Halvings of each scale (published: 3; SPADE's code counts them 4)."""
    scales: int = 2
    """Sizes that are judged (published: 2; pix2pixHD takes 3 for 2048 x 1024 pixels)."""
    spectral: bool = False
    """Spectral normalisation of all but the first and the last convolutions, as in SPADE."""

    def __post_init__(self) -> None:
        for name in ("width", "layers", "scales"):
            positive(name, getattr(self, name))

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
