"""Looking for faces with any detector: on a small copy, once more where none is found, in the photo's own pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from .face import Detector, Face, without_doubles
from .points import eye_distance, plausible

LONGEST, SMALLEST = 1280, 32
"""Longest side in pixels at which is looked; shortest side in pixels of the photo of a face that counts."""
NARROWEST = 0.15
"""Distance of the eyes by the width of the box: below it is a profile or no face."""
BORDER = 0.3
"""Reflected around the photo at the last try, as a part of its shorter side: for selfies that cut the head."""

Undo = Callable[[Tensor], Tensor]
"""Points (n, 2) of a changed copy to where they are in the photo."""


@dataclass(frozen=True)
class Search:
    """How hard to look."""

    sure: float = 0.8
    """Score below which a face is left out."""
    turned: bool = False
    """Whether to look at the photo lying on its sides and upside down where no face is found."""
    again: bool = True
    """Whether to look at other sizes and with a border where no face is found."""

    def __post_init__(self) -> None:
        if not 0 <= self.sure <= 1:
            raise ValueError(f"a face's score is a number from 0 to 1, so it cannot be asked for {self.sure}")


def find_faces(image: Tensor, detector: Detector, search: Search | None = None) -> list[Face]:
    """The faces of a photo (3, height, width), RGB in [0, 1], the most important first; empty where there are none.

    Looked for on a copy whose long side is at most 1280 pixels. Where that finds none: at half and at twice its size
    (unless that exceeds both 1280 pixels and the photo's own), turned by quarters if asked for, and with a reflected
    border. Boxes and points are the photo's own.
    """
    wanted = search or Search()
    for tries in attempts(image, wanted):
        found = [returned(face, undo) for copy, undo in tries for face in detector.find(copy)]
        kept = [face for face in map(sound, found) if face is not None and face.score >= wanted.sure]
        inside = [face for face in kept if centred_in(face, image)]
        if inside:
            return without_doubles(inside)
    return []


def attempts(image: Tensor, search: Search) -> Iterator[list[tuple[Tensor, Undo]]]:
    """One try after the other; those of one list count together."""
    first = resized(image, min(1.0, LONGEST / max(image.shape[1:])))
    yield [first]
    if search.again:
        yield [resized(image, 0.5 * first[0].shape[2] / image.shape[2])]
        # Larger than a small photo, or nearer to a large one; not the same once more with guessed pixels.
        larger = min(2 * max(first[0].shape[1:]), max(LONGEST, *image.shape[1:]))
        if larger > max(first[0].shape[1:]):
            yield [resized(image, larger / max(image.shape[1:]))]
    if search.turned:
        yield [turned(*first, quarters) for quarters in (1, 2, 3)]
    if search.again and min(first[0].shape[1:]) > 1:
        yield [bordered(*first)]


def resized(image: Tensor, factor: float) -> tuple[Tensor, Undo]:
    """A copy with `factor` times as many pixels a side, and the way back."""
    height, width = image.shape[1:]
    size = max(1, round(height * factor)), max(1, round(width * factor))
    if size == (height, width):
        return image, lambda points: points
    copy = F.interpolate(image[None], size, mode="bilinear", antialias=True, align_corners=False)[0]
    # Pixel centres at whole numbers: half a pixel is added before scaling and taken away after.
    scale = (width / size[1], height / size[0])
    return copy, lambda points: (points + 0.5) * points.new_tensor(scale) - 0.5


def turned(image: Tensor, undo: Undo, quarters: int) -> tuple[Tensor, Undo]:
    """Turned against the clock by quarters."""
    height, width = image.shape[1:]

    def back(points: Tensor) -> Tensor:
        x, y = points[:, 0], points[:, 1]
        places = {1: (width - 1 - y, x), 2: (width - 1 - x, height - 1 - y), 3: (y, height - 1 - x)}
        return undo(torch.stack(places[quarters], 1))

    return image.rot90(quarters, (1, 2)), back


def bordered(image: Tensor, undo: Undo) -> tuple[Tensor, Undo]:
    edge = min(round(BORDER * min(image.shape[1:])), min(image.shape[1:]) - 1)
    return F.pad(image[None], (edge,) * 4, mode="reflect")[0], lambda points: undo(points - edge)


def returned(face: Face, undo: Undo) -> Face:
    """The same face where it is in the photo. Its score stays what it is."""
    left, top, right, bottom = face.box
    corners = undo(face.points.new_tensor([[left, top], [right, bottom]]))
    (left, top), (right, bottom) = corners.amin(0).tolist(), corners.amax(0).tolist()
    return replace(face, box=(left, top, right, bottom), points=undo(face.points))


def sound(face: Face) -> Face | None:
    """The face with its points in order; None where it is too small, or its points cannot be a face's."""
    points = plausible(face.points)
    if points is None or min(face.width, face.height) < SMALLEST:
        return None
    return replace(face, points=points) if eye_distance(points) >= NARROWEST * face.width else None


def centred_in(face: Face, image: Tensor) -> bool:
    """Whether its middle is in the photo, so that it is not one of the border's reflections."""
    x, y = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
    return -0.5 <= x <= image.shape[2] - 0.5 and -0.5 <= y <= image.shape[1] - 0.5
