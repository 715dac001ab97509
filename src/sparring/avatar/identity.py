"""Whether two pictures show the same person: cosines of what the identity network says of aligned faces."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from ..layers.face_identity import SIDE, FaceIdentity, pretrained
from .similarity import fit
from .warp import crop

# Where dlib's mean face has the five points in a square of 150 pixels, with a quarter of its side around it.
CHIP = ((47.05, 46.10), (99.98, 46.10), (73.51, 76.06), (49.91, 102.52), (97.11, 102.52))
STRANGERS = 0.86
"""Cosine of two people's identities, on average (ORL); its standard deviation is 0.03."""
SAME = 0.43
"""Resemblance, a cosine of 0.92, which 99.8% of two pictures of one person exceed and 1% of those of two people."""


@cache
def network() -> FaceIdentity:
    return pretrained()


@torch.inference_mode()
def identity_of(image: Tensor, points: Tensor) -> Tensor | None:
    """128 numbers of length 1 for the face with these five points (5, 2) in an image (3, height, width) in [0, 1].

    An avatar's points are those of the photo, led through the crop's similarity: nobody finds faces in drawings.
    None where the points have no extent.
    """
    there = fit(points, torch.tensor(CHIP, dtype=torch.float64))
    if there is None:
        return None
    aligned, _ = crop(image.float(), there, SIDE)
    return network()(aligned[None])[0].clone()


def resemblance(one: Tensor, other: Tensor) -> float:
    """How alike two identities are: 1 = the same picture, around 0 = two people, `SAME` and more = most likely one."""
    return (float(one @ other) - STRANGERS) / (1 - STRANGERS)
