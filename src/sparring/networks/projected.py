"""The critic of Projected GAN (Sauer et al. 2021): small discriminators on a frozen, pretrained network's features.

Features of EfficientNet-Lite0 at four scales are mixed across channels and then, from coarse to fine, across scales
by random 1x1 convolutions that never learn; one discriminator judges each scale. It learns much faster than a
critic from scratch, and it shares its features with ImageNet-based metrics, which therefore flatter it: measure with
another feature network too. Meant for the hinge loss. Only the discriminators learn; they are spectrally normalised
here, so the recipe need not say so.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.efficientnet import CHANNELS, EfficientNetLite0, pretrained
from ..layers.labels import ClassEmbedding
from ..play.scene import Verdict
from ..settings import settings
from ..techniques.spectral import spectral_norm_
from .network import Shape, positive

SCALES = 4
WIDTHS = {4: 512, 8: 512, 16: 256, 32: 128, 64: 64, 128: 64, 256: 32, 512: 16, 1024: 8}  # channels by side
END = 8  # side of the maps that a discriminator's last convolution sees


class Mixer(nn.Module):
    """Random, frozen mixing across channels, then across scales from the coarsest up; the sides double on the way.

    Four maps, each half the side of the one before, with the given channels -> four of twice the side, with
    width, width, 2 width and 4 width channels.
    """

    def __init__(self, channels: tuple[int, ...], width: int):
        super().__init__()
        mixed = [width * 2**scale for scale in range(SCALES)]
        self.across_channels = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in zip(channels, mixed, strict=True))
        self.channels = (width, *mixed[:-1])
        self.across_scales = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in zip(mixed, self.channels, strict=True))
        self.requires_grad_(False)

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        mixed = [mix(maps) for mix, maps in zip(self.across_channels, features, strict=True)]
        found, above = list[Tensor](), None
        for scale in reversed(range(SCALES)):
            maps = mixed[scale] if above is None else mixed[scale] + resized(above, mixed[scale])
            larger = F.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=True)
            above = self.across_scales[scale](larger)
            found.append(above)
        return tuple(reversed(found))


def resized(maps: Tensor, like: Tensor) -> Tensor:
    """Odd sides do not halve evenly, so doubling may overshoot by a pixel."""
    return maps if maps.shape == like.shape else F.interpolate(maps, like.shape[2:], mode="bilinear")


class Discriminator(nn.Module):
    """Halves maps to about 8x8 and turns them into a map of logits, (n, 1, h, w).

    `side` is the nominal side of its maps. With classes, the features of each position are projected onto the
    label's embedding.
    """

    def __init__(self, channels: int, side: int, width: int | None, classes: int, projection: int, embedding: int):
        super().__init__()
        inputs, stages = channels, list[nn.Module]()
        while side > END:
            side //= 2
            outputs = width or WIDTHS[side]
            norm = nn.BatchNorm2d(outputs)
            stages.append(nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), norm, nn.LeakyReLU(0.2, inplace=True)))
            inputs = outputs
        self.stages = nn.Sequential(*stages)
        self.head = nn.Conv2d(inputs, projection if classes else 1, 4, bias=False)
        spectral_norm_(self)
        self.embedding = ClassEmbedding(classes, embedding) if classes else None
        self.projection = nn.Linear(embedding, projection) if classes else None

    def forward(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        h = self.stages(x)
        out = self.head(h)
        if self.embedding is not None and self.projection is not None:
            told = F.leaky_relu(self.projection(self.embedding(y)), 0.2)[:, :, None, None]
            out = (out * told).sum(1, keepdim=True) / out.shape[1] ** 0.5
        return out, h


class Heads(nn.Module):
    """One discriminator per scale. Features, finest first, and labels -> Verdict with one map of logits per scale.

    `sides` are the nominal sides of the features; `width` makes all inner layers equally wide.
    """

    def __init__(
        self,
        channels: tuple[int, ...],
        sides: tuple[int, ...],
        classes: int = 0,
        width: int | None = None,
        projection: int = 64,
        embedding: int = 128,
    ):
        super().__init__()
        self.scales = nn.ModuleList(
            Discriminator(count, side, width, classes, projection, embedding)
            for count, side in zip(channels, sides, strict=True)
        )

    def forward(self, features: tuple[Tensor, ...], y: Tensor | None = None) -> Verdict:
        answers = [scale(maps, y) for scale, maps in zip(self.scales, features, strict=True)]
        return Verdict(tuple(logit for logit, _ in answers), tuple(h for _, h in answers))


class Critic(nn.Module):
    """Turns x (n, 1 or 3, height, width) and y (n,) or None into a Verdict with one map of logits per scale."""

    def __init__(self, settings: ProjectedCritic, shape: Shape):
        super().__init__()
        if len(shape.image) != 3 or shape.image[0] not in (1, 3):
            what = "x".join(str(side) for side in shape.image)
            raise ValueError(f"{settings.kind} works on images of 1 or 3 channels, not on samples of shape {what}")
        self.side = settings.side
        self.backbone: EfficientNetLite0 = pretrained()
        self.mixer = Mixer(CHANNELS, settings.width)
        nominal = 2 ** (settings.side - 1).bit_length()
        sides = tuple(nominal // 2**scale for scale in range(1, SCALES + 1))
        self.heads = Heads(self.mixer.channels, sides, shape.classes)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        if x.shape[1] == 1:
            x = x.expand(-1, 3, -1, -1)
        if min(x.shape[2:]) < self.side:
            x = F.interpolate(x, size=self.side, mode="bilinear")
        return self.heads(self.mixer(self.backbone(x)), y)


@settings
class ProjectedCritic:
    """Projected GAN's critic, for images of any size; needs the weights of `sparring[projected]`."""

    kind: Literal["projected-critic"] = "projected-critic"
    side: int = 224
    """Smaller images are enlarged to this side in pixels before they are looked at; less is faster."""
    width: int = 64
    """Channels of the finest mixed features; the coarser ones have up to 4 times as many."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        if self.side < 64 or self.side % 32:
            raise ValueError(f"side must be a multiple of 32 and at least 64, and is {self.side}")

    def build(self, shape: Shape) -> nn.Module:
        return Critic(self, shape)
