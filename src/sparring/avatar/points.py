"""Five points and 68 landmarks: one from the other, whether they can be a face's, and which way it looks."""

from __future__ import annotations

from math import atan2, degrees

import torch
from torch import Tensor

# What changes places in a mirror: iBUG's 68, and the five.
MIRROR_68 = (*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46)
MIRROR_68 += (39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65)
MIRROR_5 = (1, 0, 2, 4, 3)


def five_of(landmarks: Tensor) -> Tensor:
    """Middles of the eyes, tip of the nose, corners of the mouth; (68, 2) -> (5, 2)."""
    eyes = landmarks[36:42].mean(0), landmarks[42:48].mean(0)
    return torch.stack([*eyes, landmarks[30], landmarks[48], landmarks[54]])


def mirrored(points: Tensor, width: float) -> Tensor:
    """Where 5 or 68 points lie in the mirrored photo of this width in pixels, left and right exchanged."""
    swapped = points[..., MIRROR_5 if points.shape[-2] == len(MIRROR_5) else MIRROR_68, :]
    return torch.stack([width - 1 - swapped[..., 0], swapped[..., 1]], -1)


def plausible(points: Tensor) -> Tensor | None:
    """The five points as they must lie, left and right exchanged where they came mirrored. None: not a face's.

    Turned upright by the line of the eyes, the nose and the mouth lie below it; the mouth's left is on the left.
    """
    if not points.isfinite().all() or not eye_distance(points):
        return None
    if upright(points)[3:, 1].mean() < 0:  # eyes exchanged: the same face, seen in a mirror or upside down
        points = points[[1, 0, 2, 3, 4]]
    found = upright(points)
    if found[3:, 1].min() <= 0 or found[3:, 1].mean() <= found[2, 1]:
        return None
    return points if found[3, 0] < found[4, 0] else points[[0, 1, 2, 4, 3]]


def upright(points: Tensor) -> Tensor:
    """In units of the distance of the eyes, from the middle between them, with the eyes' line level; (5, 2)."""
    along = points[1] - points[0]
    across = torch.stack([-along[1], along[0]])
    return (points - points[:2].mean(0)) @ torch.stack([along, across], 1) / along.square().sum()


def eye_distance(points: Tensor) -> float:
    return float((points[1] - points[0]).norm())


def roll(points: Tensor) -> float:
    """How far the head leans to the right of the picture, in degrees in (-180, 180]."""
    x, y = (points[1] - points[0]).tolist()
    return degrees(atan2(y, x))


def yaw(points: Tensor) -> float:
    """How far the head is turned: the nose's way from the middle, in distances of the eyes; 0 looks straight ahead."""
    return float(upright(points)[2, 0])


def pitch(points: Tensor) -> float:
    """Where the nose lies between the eyes (0) and the mouth (1): about 0.55 straight ahead, less when looking up."""
    found = upright(points)
    return float(found[2, 1] / found[3:, 1].mean())
