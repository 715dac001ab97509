"""A packed data set as a source of batches."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..play.game import Batch
from .packfile import Pack
from .sampler import Sampler

NAMED = 20
"""Broken images that facts name; the rest are counted."""


class PackSource:
    """The images of a pack, split by their content into training and held-out images.

    An image's side of the split depends on its packed pixels alone: equal pictures are on the same side, and
    adding images moves none. `attribute` is the label that is shown, None for none.
    """

    def __init__(
        self, pack: Pack, *, attribute: str | None = None, validation: float = 0.0, flip: bool = False,
        notes: Sequence[str] = (),
    ):  # fmt: skip
        m = pack.manifest
        self.pack, self.attribute, self.flip, self.notes = pack, attribute, flip, list(notes)
        self.name = m.name
        self.shape: tuple[int, ...] = (m.channels, m.size, m.size)
        self.classes = m.classes[attribute] if attribute else ()
        self.column = pack.labels[:, list(m.classes).index(attribute)].astype(np.int64) if attribute else None
        self.training, self.held = split(pack.index["hash"], validation)
        self.count: int = len(self.training)
        self.validation = validation
        text = f"{m.fingerprint} {m.size} {m.channels} {m.resize} {attribute} {validation}"
        self.fingerprint = blake2b(text.encode(), digest_size=16).hexdigest()

    def feed(
        self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu", prefetch: bool = True
    ) -> PackFeed:
        """Shuffled training batches; with `prefetch`, the next one is read while the last one is used."""
        if batch < 1 or batch % world:
            raise ValueError(f"A batch of {batch} images cannot be split evenly over {world} processes.")
        assert 0 <= rank < world, (rank, world)
        if batch > self.count:
            note = f"A batch of {batch} is larger than the {self.count} training images, so it shows some twice."
            self.notes += [note] * (note not in self.notes)
        part = range(rank * batch // world, (rank + 1) * batch // world)
        return PackFeed(self, Sampler(self.count, batch, seed), part, torch.device(device), prefetch)

    def images(self, indices: Sequence[int] | NDArray[np.integer]) -> Tensor:
        """Training images by number, 0 <= number < count: (n, channels, height, width) uint8 on the CPU."""
        return nchw(self.pack.read(self.training[np.asarray(indices, np.intp)]))

    def held_out(self, count: int | None = None) -> Tensor:
        """Held-out images in a fixed random order: (n, channels, height, width) uint8, n <= count, maybe 0."""
        return nchw(self.pack.read(self.held[:count]))

    def labels(self, indices: Sequence[int] | NDArray[np.integer]) -> Tensor:
        """(n,) int64 of training images; ValueError where the data has no labels."""
        return torch.from_numpy(self._column()[self.training[np.asarray(indices, np.intp)]])

    def held_out_labels(self, count: int | None = None) -> Tensor:
        """(n,) int64, beside `held_out`; ValueError where the data has no labels."""
        return torch.from_numpy(self._column()[self.held[:count]])

    def names(self, indices: Sequence[int] | NDArray[np.integer]) -> list[str]:
        """Of training images, for people."""
        return [self.pack.names[row] for row in self.training[np.asarray(indices, np.intp)]]

    def _column(self) -> NDArray[np.int64]:
        if self.column is None:
            raise ValueError(f"{self.name} has no labels.")
        return self.column

    def facts(self) -> dict[str, object]:
        """Counts, sizes, classes, licence, what was left out and why; see Source."""
        m = self.pack.manifest
        sides = np.minimum(self.pack.index["width"], self.pack.index["height"])
        return {
            "name": m.name,
            "images": m.count,
            "training": self.count,
            "held_out": len(self.held),
            "size": m.size,
            "channels": m.channels,
            "resize": m.resize,
            "flip": self.flip,
            "median_short_side": float(np.median(sides)),
            "labels": self.attribute,
            "classes": list(self.classes),
            "attributes": {name: len(values) for name, values in m.classes.items()},
            "broken": len(m.broken),
            "broken_named": [f"{name} {trouble}" for name, trouble in m.broken[:NAMED]],
            "animated": int(self.pack.index["animated"].sum()),
            "licence": m.licence,
            "credit": m.credit,
            "notes": list(self.notes),
            "pack_bytes": m.count * self.pack.image_bytes,
            "fingerprint": self.fingerprint,
        }


def split(hashes: NDArray[np.uint64], validation: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(training rows in order, held-out rows in the order of their hash)."""
    held = hashes < np.float64(validation) * 2.0**64
    if held.all():  # a handful of images, or one image many times
        held = np.zeros_like(held)
    rows = np.flatnonzero(held)
    return np.flatnonzero(~held), rows[np.argsort(hashes[rows], kind="stable")]


@dataclass(frozen=True)
class Gathered:
    """What is read ahead."""

    image: Tensor  # (n, channels, height, width): finished on the CPU; uint8 for other devices
    flips: Tensor | None  # (n,) bool, None where none is left to do
    label: Tensor | None  # (n,) int64


class PackFeed:
    """Endless shuffled batches of a PackSource; batch `index` depends on nothing but the seed and the index.

    Images are float32 in [-1, 1] in channels_last order. They leave the CPU as uint8, a quarter of the bytes.
    """

    def __init__(self, source: PackSource, sampler: Sampler, part: range, device: torch.device, prefetch: bool):
        self.source, self.sampler, self.part, self.device = source, sampler, part, device
        self.size = sampler.size
        self.roles = frozenset({"image", "label"} if source.classes else {"image"})
        self.reader = ThreadPoolExecutor(1, "sparring-read") if prefetch else None
        self.ahead: tuple[int, Future[Gathered]] | None = None

    def batch(self, index: int) -> Batch:
        """This process's part of global batch number `index` >= 0."""
        gathered = self._take(index)
        image = gathered.image
        if image.dtype == torch.uint8:
            image = to_float(self._send(image), None if gathered.flips is None else self._send(gathered.flips))
        if gathered.label is None:
            return Batch(image=image)
        return Batch(image=image, label=self._send(gathered.label))

    def _take(self, index: int) -> Gathered:
        if self.reader is None:
            return self._gather(index)
        if self.ahead is None or self.ahead[0] != index:
            self.ahead = (index, self.reader.submit(self._gather, index))
        current = self.ahead[1].result()
        self.ahead = (index + 1, self.reader.submit(self._gather, index + 1))
        return current

    def _send(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.device, non_blocking=True)

    def _gather(self, index: int) -> Gathered:
        """By numpy alone. Each thread that computes with torch would start threads of its own, and where other
        programs want the cores too, these wait for each other a hundred times longer than the work takes.
        """
        pack, part = self.source.pack, self.part
        rows = self.source.training[self.sampler.rows(index, part.start, part.stop)]
        label = None if self.source.column is None else torch.from_numpy(self.source.column[rows])
        flips = self.sampler.flips(index, part.start, part.stop) if self.source.flip else None
        if self.device.type == "cpu":
            pixels = pack.read(rows)
            if flips is not None:
                mirror(pixels, flips)
            return Gathered(nchw(floats(pixels)), None, label)
        pinned = torch.empty((len(rows), *pack.shape), dtype=torch.uint8, pin_memory=self.device.type == "cuda")
        pack.read(rows, pinned.numpy())
        return Gathered(pinned.permute(0, 3, 1, 2), None if flips is None else torch.from_numpy(flips), label)


def mirror(pixels: NDArray[np.uint8], which: NDArray[np.bool_]) -> None:
    """Mirror some images of (n, height, width, channels) in place, channel by channel: 4 x as fast as by pixel."""
    chosen = pixels[which]
    for channel in range(pixels.shape[3]):
        pixels[which, :, :, channel] = chosen[:, :, ::-1, channel]


def floats(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """0..255 -> [-1, 1], float32, in the same shape."""
    values = np.empty(pixels.shape, np.float32)
    np.divide(pixels, np.float32(127.5), out=values, dtype=np.float32)
    np.subtract(values, np.float32(1.0), out=values)
    return values


def to_float(image: Tensor, flips: Tensor | None) -> Tensor:
    """(n, channels, height, width) uint8 -> float32 in [-1, 1], on the image's device and in its memory order.

    `flips`: (n,) bool, which images are to be mirrored; None = none.
    """
    if flips is not None:
        image = torch.where(flips[:, None, None, None], image.flip(3), image)
    return image.to(torch.float32).div_(127.5).sub_(1.0)


def nchw(pixels: NDArray[np.generic]) -> Tensor:
    """(n, height, width, channels) -> (n, channels, height, width) of the same memory, so channels_last."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)
