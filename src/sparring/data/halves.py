"""Pictures that are two pictures side by side, as pix2pix keeps its pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from PIL import Image, ImageOps

from .colour import BadImageError
from .origin import Entry, Origin

Half = Literal["left", "right"]


class HalfOrigin:
    """The left or the right half of every image of an origin."""

    def __init__(self, whole: Origin, half: Half):
        self.whole, self.half = whole, half
        self.name, self.licence, self.credit = f"{whole.name} ({half})", whole.licence, whole.credit

    def __len__(self) -> int:
        return len(self.whole)

    def fingerprint(self) -> str:
        return f"{self.whole.fingerprint()} {self.half}"

    def entries(self) -> Iterator[Entry]:
        for entry in self.whole.entries():
            yield Entry(entry.name, partial(half_of, entry.load, self.half), entry.labels)


def half_of(load: Callable[[], Image.Image], half: Half) -> Image.Image:
    """The loaded image's half, upright. BadImageError if its width is odd."""
    image = ImageOps.exif_transpose(load())
    width, height = image.size
    if width % 2:
        raise BadImageError(f"is {width} x {height} pixels, which does not make two halves side by side")
    start = 0 if half == "left" else width // 2
    return image.crop((start, 0, start + width // 2, height))
