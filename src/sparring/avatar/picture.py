"""A photo as this room sees it: upright, in sRGB, its own bytes kept, and never whole in floats where it is huge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ..data.colour import BadImageError
from ..data.folder import load_file
from ..data.images import ORIENTATION, decoding, formats, layers
from .similarity import Similarity, resizing

AT_ONCE = 1 << 22
"""Pixels that a crop is cut from at most: of more, whole squares are averaged first."""
EDGE = 4  # pixels around what a crop covers, for its filters
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
"""What follows `ftyp` at the fifth byte of a telephone's HEIC."""
PRIVATE_TAGS = (ORIENTATION, 0x0201, 0x0202)
"""EXIF that no longer holds: it is upright now, and the thumbnail (its offset and length) shows the old picture."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Picture:
    """A photo: upright, in sRGB, as bytes."""

    original: Pixels
    """(height, width, 3), also what hides under transparency."""
    alpha: Pixels | None = None
    """Opacity (height, width); None where all is opaque."""
    name: str = ""
    """Of its file, without the folder."""
    notes: tuple[str, ...] = ()
    """What whoever chose the file should know."""
    exif: bytes = b""
    """What the camera wrote, without orientation and thumbnail."""

    @property
    def height(self) -> int:
        return self.original.shape[0]

    @property
    def width(self) -> int:
        return self.original.shape[1]

    @property
    def bytes(self) -> Pixels:
        """(height, width, 3), or 4 with opacity."""
        return self.original if self.alpha is None else np.dstack([self.original, self.alpha])

    @property
    def pixels(self) -> Tensor:
        """As it is seen, on white: (3, height, width) float32 in [0, 1]; 12 bytes a pixel."""
        return floats(self.part(0, 0, self.width, self.height))

    def part(self, left: int, top: int, right: int, bottom: int) -> Pixels:
        """A rectangle on white: (height, width, 3)."""
        part = self.original[top:bottom, left:right]
        if self.alpha is None:
            return part
        opacity = self.alpha[top:bottom, left:right, None].astype(np.uint16)
        return ((part * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)

    def copy(self, longest: int) -> tuple[Tensor, tuple[float, float]]:
        """As it is seen, with the long side at most so many pixels, and how many of its pixels are one there, in x, y.

        A place p of the copy is (p + 0.5) * scale - 0.5 of the photo.
        """
        factor = longest / max(self.height, self.width)
        if factor >= 1:
            return self.pixels, (1.0, 1.0)
        size = max(1, round(self.width * factor)), max(1, round(self.height * factor))
        image = Image.fromarray(self.part(0, 0, self.width, self.height))
        small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        return floats(np.asarray(small)), (self.width / size[0], self.height / size[1])

    def cut(self, similarity: Similarity, size: int) -> tuple[Tensor, Similarity]:
        """What a crop of `size` pixels along `similarity` needs of the photo, and the similarity from there.

        (3, height, width) float32 in [0, 1], and where there is opacity that as a fourth channel: the rectangle, with
        what is mirrored beyond the photo's edges. Of more than four million pixels whole squares are averaged, as
        long as a pixel of the crop stays two of it.
        """
        edge = (-0.5, size - 0.5)
        corners = similarity.inverse.apply(torch.tensor([(x, y) for x in edge for y in edge]))
        (left, right), (top, bottom) = (
            needed(places.amin().item(), places.amax().item(), length)
            for places, length in zip(corners.T, (self.width, self.height), strict=True)
        )
        part = self.part(left, top, right, bottom)
        if self.alpha is not None:
            part = np.dstack([part, self.alpha[top:bottom, left:right]])
        wanted = math.ceil(math.sqrt(part.shape[0] * part.shape[1] / AT_ONCE))
        times = max(1, min(wanted, math.floor(0.5 / similarity.scale)))
        if times > 1:
            part = np.asarray(Image.fromarray(part).reduce(times))
        there = resizing(times).then(Similarity.of(shift=(left, top))).then(similarity)
        return floats(part), there


def needed(low: float, high: float, length: int) -> tuple[int, int]:
    """The first pixel of an axis that is read for places from low to high, mirrored at its ends, and the one behind."""
    first, last = min(low, 2 * (length - 1) - high), max(high, -low)
    return max(0, min(math.floor(first) - EDGE, length - 1)), min(length, max(math.ceil(last) + EDGE + 1, 1))


def floats(pixels: Pixels) -> Tensor:
    """(height, width, channels) bytes as (channels, height, width) float32 in [0, 1]."""
    return torch.from_numpy(pixels.transpose(2, 0, 1).astype(np.float32)).div_(255)


def load_picture(path: Path | str) -> Picture:
    """A photo's file. ValueError with one sentence where it cannot be read; its name stands at the beginning."""
    file = Path(path).expanduser()
    try:
        with decoding():
            image = load_file(file)
            return picture_of(image, file.name)
    except BadImageError as error:
        raise ValueError(f"{file} {heic(file) or error}") from None


def picture_of(image: Image.Image, name: str = "") -> Picture:
    """An image of Pillow's; of several frames the one that it shows. BadImageError where it is damaged or too large."""
    notes, exif = tuple(notes_on(image)), camera_of(image)
    original, alpha = layers(image)
    return Picture(original, alpha, name, notes, exif)


def notes_on(image: Image.Image) -> list[str]:
    frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    notes = []
    if frames > 1:
        notes.append(f"It moves: only the first of {frames} frames is used here.")
    if image.mode == "CMYK" and not image.info.get("icc_profile"):
        notes.append("Its printing colours (CMYK) come without a profile, so they are converted plainly.")
    return notes


def camera_of(image: Image.Image) -> bytes:
    try:
        exif = Image.Exif()
        exif.load(image.getexif().tobytes())  # a copy: the image still needs its orientation
        for tag in PRIVATE_TAGS:
            exif.pop(tag, None)
        return exif.tobytes() if len(exif) else b""
    except Exception:  # noqa: BLE001 - a picture is not lost because of its metadata, and parsers raise anything
        return b""


def heic(file: Path) -> str:
    """What to do about a telephone's HEIC; empty for any other file."""
    try:
        with file.open("rb") as opened:
            head = opened.read(12)
    except OSError:
        return ""
    if head[4:8] != b"ftyp" or head[8:12] not in HEIC or "HEIF" in formats():
        return ""
    return "is a HEIC picture: install pillow-heif to read it, or save it as JPEG"
