"""Label maps: pictures whose values are no brightnesses but names of what is there, and maps of single things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from .colour import BadImageError
from .images import Resize
from .origin import Entry, Origin

EDGE = 255
PLAIN = ("1", "L", "P", "I", "I;16", "I;16B", "I;16L")


def values_of(image: Image.Image) -> NDArray[np.int32]:
    """The values (height, width) of a picture as they are stored, palettes' numbers included.

    BadImageError for pictures in colours.
    """
    try:
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise BadImageError(f"is damaged ({error})") from None
    if image.mode not in PLAIN:
        raise BadImageError(f"is in colours ({image.mode}); a map is a picture of one channel whose values are labels")
    return np.asarray(image).astype(np.int32)


def edges_of(things: NDArray[np.int32]) -> NDArray[np.uint8]:
    """255 where a neighbour to the left, right, above or below is another thing, else 0; (height, width)."""
    edge = np.zeros(things.shape, np.uint8)
    for axis in (0, 1):
        differs = np.diff(things, axis=axis) != 0
        low, high = (np.moveaxis(edge, axis, 0)[part] for part in (slice(None, -1), slice(1, None)))
        low[np.moveaxis(differs, axis, 0)] = EDGE
        high[np.moveaxis(differs, axis, 0)] = EDGE
    return edge


def coded(labels: Image.Image, things: Image.Image | None, size: int = 0, resize: Resize = "stretch") -> Image.Image:
    """Both maps in one picture (RGB: label, edge, 0), whose size is that of the maps, or `size` squared.

    Resized to the nearest value, as there is nothing between two labels; what `contain` adds has the highest label.
    BadImageError where they do not fit each other, or where a label is above 255.
    """
    values = values_of(labels)
    if values.min() < 0 or values.max() > EDGE:
        raise BadImageError(f"has labels from {values.min()} to {values.max()}; they can be 0 to 255")
    ids = values if things is None else values_of(things)
    if ids.shape != values.shape:
        raise BadImageError(f"is {values.shape[1]} x {values.shape[0]} pixels, and its map of things is not")
    if size:
        places = [nearest(values.shape, axis, size, resize) for axis in (0, 1)]
        outside = (places[0] < 0)[:, None] | (places[1] < 0)[None]
        values, ids = (np.where(outside, EDGE, one[np.ix_(*places)]) for one in (values, ids))
    edge = np.zeros(values.shape, np.uint8) if things is None else edges_of(ids)
    return Image.fromarray(np.stack([values.astype(np.uint8), edge, np.zeros_like(edge)], 2))


def nearest(shape: tuple[int, ...], axis: int, size: int, resize: Resize) -> NDArray[np.intp]:
    """For each of `size` pixels the one of the picture that its middle lies in; -1 outside."""
    length = shape[axis]
    span = {"stretch": length, "cover": min(shape), "contain": max(shape)}[resize]
    places = np.floor((np.arange(size) + 0.5) * span / size + (length - span) / 2).astype(np.intp)
    return np.where((places >= 0) & (places < length), places, -1)


def one_hot(codes: Tensor, labels: int, edges: bool) -> Tensor:
    """A map for every label, 1 where it is and 0 elsewhere, and one for edges if wanted: (n, labels + edges, h, w).

    `codes` (n, 2 or more, h, w) uint8: label and edge. The last label stands for all values beyond it.
    """
    maps = torch.nn.functional.one_hot(codes[:, 0].long().clamp(max=labels - 1), labels).permute(0, 3, 1, 2).float()
    return torch.cat([maps, codes[:, 1:2].float() / EDGE], 1) if edges else maps


def painted(maps: Tensor, labels: int) -> Tensor:
    """The maps (n, labels or more, h, w) in colours to look at: (n, 3, h, w) in [-1, 1], unlike ones side by side."""
    angles = torch.arange(labels, device=maps.device) * 2.399963  # the golden angle: neighbours are far apart
    colours = torch.stack([(angles + turn).cos() for turn in (0.0, 2.0944, 4.18879)], 1)
    return colours[maps[:, :labels].argmax(1)].permute(0, 3, 1, 2)


class MapOrigin:
    """The label maps of an origin as coded pictures, with the maps of things of the same names where there are any.

    ValueError where a label map has no map of things.
    """

    def __init__(self, labels: Origin, things: Origin | None, size: int, resize: Resize):
        self.labels, self.things, self.size, self.resize = labels, things, size, resize
        self.name, self.licence, self.credit = labels.name, labels.licence, labels.credit
        self.beside = {stem_of(entry.name): entry for entry in things.entries()} if things else {}
        if things and (missing := [one.name for one in labels.entries() if stem_of(one.name) not in self.beside]):
            raise ValueError(f"{things.name} has no map of things for {missing[0]}; each label map needs one.")

    def __len__(self) -> int:
        return len(self.labels)

    def fingerprint(self) -> str:
        things = self.things.fingerprint() if self.things else ""
        return f"{self.labels.fingerprint()} {things} map {self.size} {self.resize}"

    def entries(self) -> Iterator[Entry]:
        for entry in self.labels.entries():
            other = self.beside.get(stem_of(entry.name))
            yield Entry(entry.name, partial(self.load, entry.load, other.load if other else None))

    def load(self, labels: Callable[[], Image.Image], things: Callable[[], Image.Image] | None) -> Image.Image:
        return coded(labels(), things() if things else None, self.size, self.resize)


def stem_of(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()
