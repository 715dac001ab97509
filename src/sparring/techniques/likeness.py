"""How far a made image is from the one it should be: of pixels, of features, of textures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from ..play.scene import added, full

PixelKind = Literal["l1", "l2", "charbonnier"]
CHARBONNIER = 1e-12
"""Inside the root, as in BasicSR: 1e-6 as a length."""

PIXEL: dict[PixelKind, Callable[[Tensor, Tensor], Tensor]] = {
    "l1": lambda made, wanted: F.l1_loss(full(made), full(wanted)),
    "l2": lambda made, wanted: F.mse_loss(full(made), full(wanted)),
    # Charbonnier et al. 1994: smooth at 0, where it is 1e-6 and not 0.
    "charbonnier": lambda made, wanted: ((full(made) - full(wanted)).square() + CHARBONNIER).sqrt().mean(),
}
"""Means over all pixels, channels and samples (0-d)."""


def maps_apart(made: Sequence[Tensor], wanted: Sequence[Tensor], weights: Sequence[float] | None = None) -> Tensor:
    """The sum of the mean absolute differences of feature maps (0-d), weighed where weights are given.

    No gradient reaches the wanted ones.
    """
    shares = weights or [1.0] * len(made)
    pairs = zip(made, wanted, shares, strict=True)
    return added([share * F.l1_loss(full(one), full(other.detach())) for one, other, share in pairs])


def gram(maps: Tensor) -> Tensor:
    """Inner products of all pairs of maps: (n, c, h, w) -> (n, c, c), divided by c h w (Gatys et al. 2016)."""
    flat = full(maps).flatten(2)
    return torch.bmm(flat, flat.mT) / (flat.shape[1] * flat.shape[2])


def textures_apart(made: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """The sum of the mean absolute differences of Gram matrices (0-d): what textures are there, wherever they are."""
    return maps_apart([gram(one) for one in made], [gram(one) for one in wanted])


def total_variation(image: Tensor) -> Tensor:
    """Mean absolute difference of neighbours, down plus across (0-d); (n, c, h, w)."""
    down, across = image[:, :, 1:] - image[:, :, :-1], image[:, :, :, 1:] - image[:, :, :, :-1]
    return full(down).abs().mean() + full(across).abs().mean()


def strangeness(
    knows: Callable[[Tensor], Tensor], made: Tensor, wanted: Tensor, face: tuple[float, float, float, float]
) -> Tensor:
    """How little the made faces are the wanted people's: the mean of 1 - cosine of their identities (0-d).

    Both (n, 1 or 3, h, w) in [-1, 1] with the face in a square whose left, top, right and bottom are parts of the
    sides; `knows` takes faces in [0, 1] to identities of length 1. No gradient reaches the wanted ones.
    """
    height, width = made.shape[2:]
    left, top, right, bottom = (round(part * side) for part, side in zip(face, (width, height) * 2, strict=True))
    ours, theirs = (full(image[:, :, top:bottom, left:right]).expand(-1, 3, -1, -1) for image in (made, wanted))
    return 1 - (knows((ours + 1) / 2) * knows((theirs.detach() + 1) / 2)).sum(1).mean()
