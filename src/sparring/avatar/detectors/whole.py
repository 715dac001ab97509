"""No looking: the middle square of the picture is the face, or what a person pointed at."""

from __future__ import annotations

import torch
from torch import Tensor

from ..face import Box, Face
from ..points import plausible
from ..templates import AVATAR_MARGIN, ffhq

# Where the five points usually lie in the box that a detector draws around a face, by its width and height.
BOXED = ((0.31, 0.40), (0.69, 0.40), (0.50, 0.60), (0.35, 0.77), (0.65, 0.77))


class Whole:
    """Takes the largest square in the middle of the picture for a portrait: always one face, and no search."""

    def find(self, image: Tensor) -> list[Face]:
        height, width = image.shape[1:]
        side = min(height, width)
        left, top = (width - side) / 2 - 0.5, (height - side) / 2 - 0.5
        # An avatar's crop is then the square itself.
        points = ffhq(side, AVATAR_MARGIN) + torch.tensor([left + 0.5, top + 0.5], dtype=torch.float64)
        return [Face((left, top, left + side, top + side), 1.0, points)]


def face_in(box: Box) -> Face:
    """The face that a person drew a box around, its points where they usually are. ValueError for an empty box."""
    left, top, right, bottom = box
    if not (left < right and top < bottom):
        raise ValueError(f"a box is left, top, right, bottom with left < right and top < bottom, not {box}")
    return Face(box, 1.0, placed(BOXED, box))


def face_at(points: Tensor) -> Face:
    """The face with these five points (5, 2), its box around them. ValueError where they cannot be a face's."""
    found = plausible(points.double()) if points.shape == (5, 2) else None
    if found is None:
        raise ValueError(
            "a face is five points x, y: left eye, right eye, nose, and left and right corner of the mouth"
        )
    lowest, highest = found.amin(0), found.amax(0)
    usual = torch.tensor(BOXED, dtype=torch.float64)
    scale = (highest - lowest) / (usual.amax(0) - usual.amin(0))
    left, top = (lowest - scale * usual.amin(0)).tolist()
    width, height = scale.tolist()
    return Face((left, top, left + width, top + height), 1.0, found)


def placed(fractions: tuple[tuple[float, float], ...], box: Box) -> Tensor:
    left, top, right, bottom = box
    corner, size = (torch.tensor(pair, dtype=torch.float64) for pair in ((left, top), (right - left, bottom - top)))
    return corner + torch.tensor(fractions, dtype=torch.float64) * size
