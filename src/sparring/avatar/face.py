"""A face in a photo, whoever finds it, and which faces of a photo are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels, pixel centres at whole numbers."""
Policy = Literal["largest", "center", "all"] | int
"""The largest face, the one nearest to the middle, every face, or the k-th largest (from 0)."""
SAME = 0.5
"""Boxes that share more than this part of their union are one face."""


@dataclass(frozen=True, eq=False)
class Face:
    """Where a face is: coordinates of the photo, x to the right, y down, pixel centres at whole numbers."""

    box: Box
    score: float
    """How sure the detector is, in [0, 1]; 1 where a person pointed at it."""
    points: Tensor
    """(5, 2) float64: the eye at the left of the picture, the right one, tip of the nose, corners of the mouth."""
    landmarks: Tensor | None = None
    """(68, 2) float64 in iBUG's order: jaw 17, brows 10, nose 9, eyes 12, mouth 20. None: not looked for."""

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def area(self) -> float:
        return self.width * self.height


class Detector(Protocol):
    """Finds faces."""

    def find(self, image: Tensor) -> list[Face]:
        """Every face of one image (3, height, width), RGB in [0, 1], at this size, in the image's own pixels."""
        ...


def ordered(faces: Sequence[Face]) -> list[Face]:
    """The most important first: by area times score, then from left to right."""
    return sorted(faces, key=lambda face: (-face.area * face.score, face.box[0], face.box[1]))


def choose(faces: Sequence[Face], policy: Policy, width: int, height: int) -> list[Face]:
    """The faces that are meant, the most important first; none for none.

    `width` and `height` are those of the photo. ValueError for a number that no face has.
    """
    found = ordered(faces)
    if policy == "all" or not found:
        return found
    if policy == "largest":
        return found[:1]
    if policy == "center":
        return [min(found, key=lambda face: distance_to(face, (width - 1) / 2, (height - 1) / 2))]
    if not 0 <= policy < len(found):
        known = "0" if len(found) == 1 else f"0 to {len(found) - 1}"
        raise ValueError(f"there is no face {policy}: {len(found)} found, numbered {known}, the largest first")
    return [found[policy]]


def back_to_front(faces: Sequence[Face]) -> list[Face]:
    """The smallest first: what is painted later covers what lies further back."""
    return sorted(faces, key=lambda face: (face.area, -face.box[0], -face.box[1]))


def distance_to(face: Face, x: float, y: float) -> float:
    left, top, right, bottom = face.box
    return float(((left + right) / 2 - x) ** 2 + ((top + bottom) / 2 - y) ** 2)


def shared(one: Box, other: Box) -> float:
    """The part of two boxes' union that lies in both (IoU), in [0, 1]."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return both / (areas - both)


def without_doubles(faces: Sequence[Face]) -> list[Face]:
    """One face for every group of boxes that lie on each other: the surest."""
    kept = list[Face]()
    for face in sorted(faces, key=lambda one: (-one.score, -one.area)):
        if all(shared(face.box, other.box) <= SAME for other in kept):
            kept.append(face)
    return ordered(kept)
