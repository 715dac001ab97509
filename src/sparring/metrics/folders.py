"""Folders and data sets as sets of images to be scored: in their own size and colours, or refused in one sentence."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.folder import FolderOrigin, load_file, some
from ..data.images import BadImageError, decoding, native, upright_size
from ..data.open import open_source
from ..data.pack import Progress
from ..data.packed import PackSource, nchw
from ..data.settings import DataSettings
from .looking import Images

GRAY = ("1", "L", "LA", "La", "I", "F")
"""How the names of Pillow's gray modes begin."""
Part = Literal["training", "held_out", "all"]


class Picturable(Protocol):
    """A set of images of one shape, with a name for people."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...


class FolderImages:
    """Every image below a folder as it is: not cropped, not resized, gray or RGB as all of them are.

    Labels are sub-folders, or what `labels` says (see FolderOrigin). `limit`: a choice of so many, by `seed`.
    `channels`: 1 and 3 make all of them gray or RGB, 0 takes what is there. ValueError or OSError with one sentence
    for folders that are missing or empty, for fewer than two images, for broken ones, for images of several sizes,
    and for gray ones among others.
    """

    def __init__(
        self, folder: Path | str, *, channels: int = 0, labels: str = "auto", limit: int | None = None, seed: int = 0
    ):
        origin = FolderOrigin(folder, labels)
        self.name, self.folder = origin.name, origin.folder
        every = tuple(file.name for file in origin.files)
        chosen = choice(len(every), limit, seed)
        self.names: tuple[str, ...] = tuple(every[row] for row in chosen)
        self.count: int = len(self.names)
        enough(self.count, self.name)
        values = [origin.labels(name).get(origin.attribute, "") if labels != "none" else "" for name in every]
        grouped = all(values) and 2 <= len(set(values)) <= len(values) / 2
        self.classes: tuple[str, ...] = tuple(sorted(set(values))) if grouped else ()
        number = {value: place for place, value in enumerate(self.classes)}
        self.labels = torch.tensor([number[values[row]] for row in chosen]) if grouped else None
        self.shape: tuple[int, int, int] = self._survey(channels)
        text = f"{origin.fingerprint()} {self.shape[0]} {limit if self.count < len(every) else ''} {seed}"
        self.fingerprint: str = blake2b(text.encode(), digest_size=16).hexdigest()

    def read(self, start: int, stop: int) -> Images:
        """Images and labels start <= number < stop, decoded by a few threads."""
        names = self.names[start:stop]
        with decoding(), ThreadPoolExecutor(min(8, os.cpu_count() or 1), "sparring-read") as pool:
            pixels = np.stack(list(pool.map(self._pixels, names)))
        return nchw(pixels), None if self.labels is None else self.labels[start:stop]

    def _pixels(self, name: str) -> NDArray[np.uint8]:
        channels, height, width = self.shape
        try:
            pixels = native(load_file(self.folder / name), channels)
        except BadImageError as error:
            raise ValueError(f"{self.folder / name} {error}.") from None
        if pixels.shape != (height, width, channels):  # what the head could not tell
            raise ValueError(f"{self.folder / name} is not {width} x {height} pixels like the others.")
        return pixels

    def _survey(self, channels: int) -> tuple[int, int, int]:
        """(channels, height, width) of all images, from their heads alone."""
        sizes, gray = dict[tuple[int, int], list[str]](), list[str]()
        with decoding():
            for name in self.names:
                try:
                    image = load_file(self.folder / name)
                    size, mode = upright_size(image), image.mode
                except BadImageError as error:
                    raise ValueError(f"{self.folder / name} {error}.") from None
                sizes.setdefault(size, []).append(name)
                if mode.startswith(GRAY) and mode != "LAB":
                    gray.append(name)
        if len(sizes) > 1:
            kinds = sorted(sizes.items(), key=lambda item: -len(item[1]))
            shown = " and ".join(f"{w} x {h} ({files[0]})" for (w, h), files in kinds[:2])
            raise ValueError(
                f"The images in {self.folder} have {len(sizes)} different sizes, such as {shown}; "
                "bring them to one, such as with --size 64."
            )
        if gray and len(gray) < self.count and not channels:
            raise ValueError(
                f"Of the images in {self.folder} {some(gray)} are gray and the others RGB; "
                "set channels to 3 (--channels 3)."
            )
        width, height = next(iter(sizes))
        return channels or (1 if gray else 3), height, width


class PackImages:
    """The images of a packed data set, its training images, those held out, or all. Errors as of FolderImages."""

    def __init__(self, source: PackSource, *, part: Part = "all", limit: int | None = None, seed: int = 0):
        rows = {"training": source.training, "held_out": np.sort(source.held)}.get(part)
        rows = np.arange(len(source.pack)) if rows is None else rows
        chosen = rows[choice(len(rows), limit, seed)]
        self.source, self.rows, self.name = source, chosen, source.name
        self.classes, self.shape = source.classes, source.shape
        self.count: int = len(chosen)
        enough(self.count, f"the {part.replace('_', ' ')} part of {source.name}" if part != "all" else source.name)
        text = f"{source.fingerprint} {part} {limit if self.count < len(rows) else ''} {seed}"
        self.fingerprint: str = blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.source.pack.names[row] for row in self.rows)

    @property
    def labels(self) -> Tensor | None:
        return None if self.source.column is None else torch.from_numpy(self.source.column[self.rows])

    def read(self, start: int, stop: int) -> Images:
        """Images and labels start <= number < stop."""
        labels = self.labels
        return nchw(self.source.pack.read(self.rows[start:stop])), None if labels is None else labels[start:stop]


def open_images(
    data: DataSettings, *, part: Part = "all", limit: int | None = None, seed: int = 0, progress: Progress | None = None
) -> FolderImages | PackImages:
    """What `data.spec` names, to be scored: a folder as it is where no size is asked for, all else packed.

    ValueError or OSError with one sentence for whatever cannot be scored.
    """
    if not data.size and part == "all" and Path(data.spec).expanduser().is_dir() and data.spec:
        return FolderImages(data.spec, channels=data.channels, labels=data.labels, limit=limit, seed=seed)
    source = open_source(replace(data, flip=False), progress)
    if not isinstance(source, PackSource):
        kind = "shards are read in one direction only; unpack them" if len(source.shape) == 3 else "they are no images"
        raise ValueError(f"{source.name} cannot be scored by features: {kind}.")
    return PackImages(source, part=part, limit=limit, seed=seed)


def check_alike(one: Picturable, other: Picturable) -> None:
    """ValueError unless both sets are gray or both RGB, and of one size: else it is this that a score would measure."""
    (channels, *size), (others, *other_size) = one.shape, other.shape
    if channels != others:
        kinds = {1: "gray", 3: "RGB"}
        raise ValueError(
            f"{one.name} holds {kinds[channels]} images and {other.name} {kinds[others]} ones; "
            "set channels for both (--channels 3)."
        )
    if size != other_size:
        (height, width), (other_height, other_width) = size, other_size
        raise ValueError(
            f"{one.name} holds images of {width} x {height} pixels and {other.name} of {other_width} x {other_height}: "
            "a score would measure their sharpness; set one size for both (--size)."
        )


def choice(count: int, limit: int | None, seed: int) -> NDArray[np.intp]:
    """`limit` of `count` numbers, in order: the first ones would be the first classes."""
    if limit is None or limit >= count:
        return np.arange(count)
    if limit < 2:
        raise ValueError(f"A score compares sets of at least two images, not of {limit}.")
    return np.sort(np.random.default_rng(seed).permutation(count)[:limit])


def enough(count: int, name: str) -> None:
    if count < 2:
        what = "is a single image" if count else "are no images"
        raise ValueError(f"There {what} in {name}; a score compares sets of at least two.")
