"""The pipeline, and the controller of its probability."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from ...settings import settings
from .colour import colour_matrix, recolour
from .corruption import add_noise, band_gains, cut, refilter
from .draws import Draws
from .geometry import Geometry, warp

Operation = Literal[
    "flip",
    "quarter_turn",
    "whole_shift",
    "scale",
    "rotation",
    "stretch",
    "fractional_shift",
    "brightness",
    "contrast",
    "luma_flip",
    "hue",
    "saturation",
    "bands",
    "noise",
    "cutout",
]
BLIT: tuple[Operation, ...] = ("flip", "quarter_turn", "whole_shift")
GEOMETRY: tuple[Operation, ...] = ("scale", "rotation", "stretch", "fractional_shift")
COLOUR: tuple[Operation, ...] = ("brightness", "contrast", "luma_flip", "hue", "saturation")
FILTER: tuple[Operation, ...] = ("bands",)
CORRUPTIONS: tuple[Operation, ...] = ("noise", "cutout")


class AdaptiveAugment(nn.Module):
    """Images (n, channels, h, w) in [-1, 1] -> images of the same shape; random in evaluation mode too.

    Each operation is in force for each image with probability `p`, a buffer. All draws come from `play.chance`, so
    they do not depend on how a batch is split. Gradients flow through every operation, twice where asked.
    """

    p: Tensor
    heard: Tensor

    def __init__(self, settings: Ada):
        super().__init__()
        self.settings = settings
        self.register_buffer("p", torch.tensor(settings.start))
        self.register_buffer("heard", torch.zeros(3))  # since the last move: sum of signs, batches, images

    def forward(self, x: Tensor) -> Tensor:
        chosen = set(self.settings.operations)
        draws = Draws(len(x), self.p)
        if chosen & {*BLIT, *GEOMETRY}:
            x = self.moved(x, Geometry.draw(draws, chosen))
        if chosen & set(COLOUR):
            x = recolour(x, colour_matrix(draws, chosen))
        if "bands" in chosen:
            x = refilter(x, band_gains(draws))
        if "noise" in chosen:
            x = add_noise(x, draws)
        return cut(x, draws) if "cutout" in chosen else x

    @staticmethod
    def moved(x: Tensor, geometry: Geometry) -> Tensor:
        """Only what changes is warped, the dearest part of the pipeline by far."""
        index = geometry.active.nonzero().flatten()
        if not len(index):
            return x
        inverse = geometry.inverse(x.shape[3], x.shape[2])
        if len(index) == len(x):
            return warp(x, inverse)
        return x.index_copy(0, index, warp(x[index], inverse[index]))

    @torch.no_grad()
    def adapt(self, sign: Tensor | float, images: int) -> None:
        """Take in what the critic said to one batch of real training images, and now and then move p.

        `sign` is the mean sign of its logits, -1..1: the more positive, the more it has memorised. After every
        `interval` batches, p rises if their mean lies above the target and falls if below, by the share that
        `images` are of `images_to_full`. Logits of relativistic losses have no zero: with them set adaptive=false, and
        p rises on a schedule whatever the critic says.
        """
        self.heard[0] += torch.as_tensor(sign).to(self.heard)
        self.heard[1] += 1
        self.heard[2] += images
        if round(float(self.heard[1])) < self.settings.interval:
            return
        total, batches, seen = self.heard.unbind()
        share = seen / self.settings.images_to_full
        if self.settings.adaptive:
            step = torch.sign(total / batches - self.settings.target) * share
        else:
            step = (self.settings.limit - self.settings.start) * share
        self.p.copy_((self.p + step).clamp(0, self.settings.limit))
        self.heard.zero_()


@settings
class Ada:
    """ADA's operations and controller; the defaults are those published ("bgc")."""

    kind: Literal["ada"] = "ada"
    operations: tuple[Operation, ...] = (*BLIT, *GEOMETRY, *COLOUR)
    """What may be done to images. Leave out what would be wrong for yours: `flip` for letters, `hue` for flags."""
    adaptive: bool = True
    """Listen to the critic; otherwise p rises from `start` to `limit` over `images_to_full` images, as in R3GAN."""
    start: float = 0.0
    """Probability p at the beginning."""
    target: float = 0.6
    """Mean sign of the critic's logits on real images that p is moved for."""
    interval: int = 4
    """Batches between two moves of p."""
    images_to_full: int = 500_000
    """Real images after which p can have gone from 0 to 1."""
    limit: float = 1.0
    """p never goes beyond; above 0.8 augmentations may leak into what is generated."""

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.limit <= 1:
            raise ValueError(f"0 <= start <= limit <= 1 must hold, and start is {self.start}, limit {self.limit}")
        if self.interval < 1 or self.images_to_full < 1:
            raise ValueError("interval and images_to_full must be at least 1")
        if not -1 < self.target < 1:
            raise ValueError(f"target is a mean of signs, between -1 and 1, and is {self.target}")

    def build(self) -> AdaptiveAugment:
        return AdaptiveAugment(self)
