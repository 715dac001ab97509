"""DiffAugment (Zhao et al. 2020): the same differentiable augmentation for real and generated images.

Each operation draws anew for each sample, and gradients flow through it to the generator. The draws come
from `play.chance`, so they do not depend on how a batch is split.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from ..play import chance
from ..settings import settings

Operation = Literal["color", "translation", "cutout"]


def brightness(x: Tensor, draw: Tensor) -> Tensor:
    """`x` (n, channels, h, w) brighter by draw - 1/2; draws are (n, 1, 1, 1) in [0, 1)."""
    return x + (draw - 0.5)


def saturation(x: Tensor, draw: Tensor) -> Tensor:
    """Twice `draw` as far from each pixel's mean over the channels."""
    return torch.lerp(x.mean(1, keepdim=True), x, 2 * draw)


def contrast(x: Tensor, draw: Tensor) -> Tensor:
    """1/2 + `draw` as far from each image's mean."""
    return torch.lerp(x.mean((1, 2, 3), keepdim=True), x, draw + 0.5)


def translation(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Each image moved up by `rows` and left by `columns` pixels, (n,) int64; zeros come in from outside."""
    height, width = x.shape[2:]
    down = torch.arange(height, device=x.device) + rows[:, None]
    across = torch.arange(width, device=x.device) + columns[:, None]
    inside = within(down, height)[:, None, :, None] & within(across, width)[:, None, None]
    picked = x.gather(2, down.clamp(0, height - 1)[:, None, :, None].expand(-1, x.shape[1], -1, width))
    picked = picked.gather(3, across.clamp(0, width - 1)[:, None, None].expand(-1, x.shape[1], height, -1))
    return torch.where(inside, picked, 0.0)


def within(place: Tensor, side: int) -> Tensor:
    return (place >= 0) & (place < side)


def cutout(x: Tensor, rows: Tensor, columns: Tensor, size: tuple[int, int]) -> Tensor:
    """A rectangle of `size` (height, width) set to 0 around row and column, (n,) int64."""
    hidden = hides(rows, x.shape[2], size[0])[:, None, :, None] & hides(columns, x.shape[3], size[1])[:, None, None]
    return torch.where(hidden, 0.0, x)


def hides(centre: Tensor, side: int, length: int) -> Tensor:
    first = centre[:, None] - length // 2
    place = torch.arange(side, device=centre.device)
    # A rectangle that ends outside is pushed onto the border, as in the official code.
    return (place >= first.clamp(0, side - 1)) & (place <= (first + length - 1).clamp(0, side - 1))


def share(side: int, ratio: float) -> int:
    return int(side * ratio + 0.5)


class DiffAugmentation(nn.Module):
    """Images (n, channels, h, w) in [-1, 1] -> images of the same shape; random in evaluation mode too."""

    def __init__(self, settings: DiffAugment):
        super().__init__()
        self.settings = settings

    def forward(self, x: Tensor) -> Tensor:
        for operation in self.settings.policy:
            match operation:
                case "color":
                    for change in (brightness, saturation, contrast):
                        x = change(x, chance.uniform((len(x), 1, 1, 1), x.device).to(x.dtype))
                case "translation":
                    reach = [share(side, self.settings.reach) for side in x.shape[2:]]
                    rows, columns = (chance.integers(2 * far + 1, (len(x),), x.device) - far for far in reach)
                    x = translation(x, rows, columns)
                case "cutout":
                    height, width = (share(side, self.settings.hole) for side in x.shape[2:])
                    rows = chance.integers(x.shape[2] + 1 - height % 2, (len(x),), x.device)
                    columns = chance.integers(x.shape[3] + 1 - width % 2, (len(x),), x.device)
                    x = cutout(x, rows, columns, (height, width))
        return x


@settings
class DiffAugment:
    """DiffAugment's policy: what is done, always and to every image, in this order."""

    kind: Literal["diffaugment"] = "diffaugment"
    policy: tuple[Operation, ...] = ("color", "translation", "cutout")
    """Operations. All three for little data; translation and cutout, or translation alone, for more."""
    reach: float = 0.125
    """Images move by up to this share of their side."""
    hole: float = 0.5
    """Side of the cutout as a share of the image's side (Projected GAN: 0.2)."""

    def __post_init__(self) -> None:
        for name in ("reach", "hole"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share of the image's side, 0..1, and is {getattr(self, name)}")

    def build(self) -> DiffAugmentation:
        return DiffAugmentation(self)
