"""A finite list of images that something outside our folders holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..origin import Entry


@dataclass
class Collection:
    """An origin made of a length and a function that lists the entries in order."""

    name: str
    count: int
    listing: Callable[[], Iterator[Entry]]
    identity: tuple[str, ...]  # everything the pixels and labels depend on: names, versions, sizes
    licence: str = ""
    credit: str = ""

    def fingerprint(self) -> str:
        return hashlib.sha256("\n".join(self.identity).encode()).hexdigest()[:32]

    def __len__(self) -> int:
        return self.count

    def entries(self) -> Iterator[Entry]:
        return self.listing()


def gray_picture(pixels: NDArray[np.uint8]) -> Image.Image:
    """A gray image of (height, width) uint8 pixels."""
    return Image.fromarray(pixels)
