"""Looking for a face's 68 landmarks, turned upright and together with its mirror image."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import radians

import torch
from torch import Tensor

from .face import Face
from .landmark_network import SIDE, LandmarkNetwork, pretrained
from .patches import Patches
from .points import five_of, mirrored, plausible, roll

ROOM = 1.15
"""Side of the square that the network sees, by the longer side of the landmarks' own box or of the detector's."""
LOOKS = 5
"""Times that it looks at where it just saw them."""


@cache
def network() -> LandmarkNetwork:
    return pretrained()


@torch.inference_mode()
def with_landmarks(image: Tensor, face: Face) -> Face:
    """The same face with its 68 landmarks, and with five points made of them.

    image (3, height, width), RGB in [0, 1]. A face whose landmarks cannot be a face's comes back as it was.
    """
    patches, angle = Patches(image.float()), radians(roll(face.points))
    left, top, right, bottom = face.box
    square = torch.tensor([(left + right) / 2, (top + bottom) / 2, max(right - left, bottom - top)]).double()
    found = face.points
    for _ in range(LOOKS):
        square[2] *= ROOM
        found = seen(patches, square, angle)
        angle = radians(roll(five_of(found)))
        upright = turned(found, -angle)
        least, most = upright.amin(0), upright.amax(0)
        square = torch.cat([turned(((least + most) / 2)[None], angle)[0], (most - least).max()[None]])
    points = plausible(five_of(found))
    return face if points is None else replace(face, points=points.clone(), landmarks=found.clone())


def seen(patches: Patches, square: Tensor, angle: float) -> Tensor:
    """Landmarks (68, 2) in pixels of the image: means of what is seen in a square and in its mirror image."""
    patch = patches.cut(square[None], SIDE, torch.tensor([angle], dtype=torch.float64))
    straight, mirror = network()(torch.cat([patch, patch.flip(3)])).double()
    # Parts of the side count from edges; a picture of width 2 has its mirror at 1 - x.
    both = (straight + mirrored(mirror, 2.0)) / 2
    return square[:2] + turned((both - 0.5) * square[2], angle)


def turned(points: Tensor, angle: float) -> Tensor:
    """Points (n, 2) turned with the clock around the origin, in radians."""
    along = points.new_tensor([angle]).cos(), points.new_tensor([angle]).sin()
    return points @ torch.cat([along[0], along[1], -along[1], along[0]]).view(2, 2)
