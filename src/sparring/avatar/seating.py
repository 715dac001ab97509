"""One face on its way: seated in a crop, drawn, corrected, and laid back or cut out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from . import masks
from .blur import gaussian
from .face import Face
from .finish import Palette
from .person import person_mask
from .picture import Picture, Pixels
from .placing import laid, through
from .settings import AvatarSettings
from .similarity import Similarity, fit
from .styles import Style
from .templates import ffhq
from .warp import crop

SOFT = 0.006
"""Sides of the crop; standard deviation by which a person's outline is softened before it is cut out."""
SEEN = 0.5
"""Share of the head's ellipse that is a person's, below which the person's outline is not believed."""


@dataclass(frozen=True, eq=False)
class Seat:
    """A face in its crop."""

    face: Face
    there: Similarity
    """From the photo to the crop."""
    crop: Tensor
    """(3, size, size) in [0, 1]."""
    valid: Tensor
    """(1, size, size): 1 where the photo reaches, 0 where it is mirrored."""
    opacity: Tensor | None = None
    """(1, size, size) in [0, 1]; None where the photo is opaque."""

    @cached_property
    def person(self) -> Tensor:
        """How surely each pixel of the crop is a person's, (1, size, size) in [0, 1]."""
        return person_mask(self.crop)


def moved(face: Face, scale: tuple[float, float]) -> Face:
    """A face of a copy in the photo of which one pixel there is `scale` pixels, in x and y."""
    if scale == (1.0, 1.0):
        return face

    def back(points: Tensor) -> Tensor:
        return (points + 0.5) * points.new_tensor(scale) - 0.5

    (left, top), (right, bottom) = back(face.points.new_tensor(face.box).view(2, 2)).tolist()
    landmarks = None if face.landmarks is None else back(face.landmarks)
    return replace(face, box=(left, top, right, bottom), points=back(face.points), landmarks=landmarks)


def away(face: Face, scale: tuple[float, float]) -> Face:
    """A face of the photo in a copy: the way back from `moved`."""
    return moved(face, (1 / scale[0], 1 / scale[1]))


def seat(picture: Picture, face: Face, style: Style, settings: AvatarSettings) -> Seat | None:
    """The crop that the style was trained on, around a face. None for points without extent."""
    there = fit(face.points, ffhq(style.size, settings.margin or style.margin))
    return None if there is None else seated(picture, face, there, style.size)


def seated(picture: Picture, face: Face, there: Similarity, size: int) -> Seat:
    """The crop of `size` pixels along `there`."""
    part, nearer = picture.cut(there, size)
    pixels, valid = crop(part, nearer, size)
    return Seat(face, there, pixels[:3], valid, pixels[3:] if len(pixels) > 3 else None)


def corrections(
    one: Seat, drawn: Tensor, settings: AvatarSettings, goal: Palette | None = None
) -> Iterator[tuple[str, Tensor]]:
    """Name and drawing after each correction that is not off.

    `goal`: the colours to go to where they are not this photo's own, as in a film.
    """
    side = drawn.shape[-1]
    there = one.there.resized(side / one.crop.shape[-1])
    compared = hard_mask(one, there, side, settings) * F.interpolate(one.valid[None], side)[0]
    yield from settings.finish.steps(drawn.clamp(0, 1), at_side(one.crop, side), compared, goal)


def square(one: Seat, finished: Tensor, settings: AvatarSettings) -> Pixels:
    """The avatar (side, side, 3) of a finished crop before its background; 4 with opacity where there is any."""
    side = finished.shape[-1]
    opacity = one.opacity
    if settings.background != "photo":
        # The network's outline is ragged at its own resolution.
        person = masks.smoothstep((gaussian(one.person, SOFT * one.crop.shape[-1]) - 0.25) / 0.5)
        if settings.background == "white":
            return in_bytes(1 - at_side(person, side) * (1 - finished))
        opacity = person if opacity is None else opacity * person
    pixels = in_bytes(finished)
    if opacity is None:
        return pixels
    clear = in_bytes(at_side(opacity, side))
    # What the photo's own opacity has laid on white is led back; a person is cut out with the colours that he has.
    return np.dstack([pixels if one.opacity is None else through(pixels, clear[..., 0]), clear])


def in_place(picture: Picture, one: Seat, finished: Tensor, settings: AvatarSettings) -> Picture:
    """The photo with this face drawn."""
    side = finished.shape[-1]
    there = one.there.resized(side / one.crop.shape[-1])
    mask = shown(one, there, side, settings)
    return laid(picture, at_side(one.crop, side), finished, mask, there, settings.blend)


def shown(one: Seat, there: Similarity, side: int, settings: AvatarSettings) -> Tensor:
    """How much of a crop (1, side, side) along `there` shows in the photo."""
    valid = F.interpolate(one.valid[None], side)[0]
    # Two pixels of the photo at least, or the edge is a staircase.
    least = 2 * there.scale
    hard = hard_mask(one, there, side, settings)
    return masks.soften(hard, valid, width=settings.width, feather=settings.feather, least=least)


def hard_mask(one: Seat, there: Similarity, side: int, settings: AvatarSettings) -> Tensor:
    """What belongs to the face in a crop (1, side, side) along `there`: 1 or 0."""
    if settings.mask == "rounded":
        return masks.rounded(side)
    if settings.mask == "person":
        return (at_side(one.person, side) > 0.5).float()
    head = masks.ellipse(there.apply(one.face.points), side)
    landmarks = one.face.landmarks
    face = head if landmarks is None else masks.hull(there.apply(landmarks), side)
    if settings.mask != "head":
        return face if settings.mask == "hull" else head
    hair = head * (at_side(one.person, side) > 0.5)
    # Where hardly anybody is seen the face has been found all the same.
    return torch.maximum(hair, face) if landmarks is not None or hair.sum() < SEEN * head.sum() else hair


def at_side(image: Tensor, side: int) -> Tensor:
    """(channels, side, side)."""
    if image.shape[-1] == side:
        return image
    return F.interpolate(image[None], (side, side), mode="bicubic", antialias=True)[0].clamp(0, 1)


def in_bytes(image: Tensor) -> Pixels:
    """(channels, height, width) in [0, 1] as (height, width, channels), rounded."""
    return image.mul(255).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous().numpy()
