"""The packed form of a data set: one folder with an array of pixels and a few small files beside it.

images.npy     (count, size, size, channels) uint8
index.bin      one INDEX record per image
labels.npy     (count, attributes) int32, -1 = unknown
names.jsonl    one JSON string per image
manifest.json  everything else
"""

from __future__ import annotations

import json
import os
import sys
import threading
import weakref
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..settings import from_json, settings

FORMAT = 1

INDEX = np.dtype(
    [
        ("hash", "<u8"),  # of the packed pixels: the split and exact duplicates go by it
        ("look", "<u8"),  # difference hash, near for images that look alike
        ("width", "<u4"),  # of the upright original, pixels
        ("height", "<u4"),
        ("mode", "u1"),  # place in the manifest's list
        ("format", "u1"),
        ("gray", "?"),
        ("animated", "?"),
    ]
)


@settings
class Manifest:
    """What a pack holds and where it came from."""

    format: int
    name: str
    fingerprint: str  # of the origin
    licence: str
    credit: str
    count: int
    size: int  # pixels
    channels: int
    resize: str
    classes: dict[str, tuple[str, ...]]  # attribute -> names of its values, in the order of labels.npy's columns
    modes: tuple[str, ...]
    formats: tuple[str, ...]
    broken: tuple[tuple[str, str], ...]  # (name, what is wrong)


class Pack:
    """An opened pack. Pixels are read by position, so no page of the file stays in this process's memory.

    A map would count every page it ever touched as resident, and a disk that fails under it kills the process
    where a read raises OSError.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.manifest = from_json(Manifest, json.loads((folder / "manifest.json").read_text()))
        m = self.manifest
        if m.format != FORMAT:
            raise ValueError(f"{folder} is a pack of format {m.format}, this version reads format {FORMAT}.")
        self.shape = (m.size, m.size, m.channels)
        self.image_bytes = m.size * m.size * m.channels
        self.index: NDArray[np.void] = np.fromfile(folder / "index.bin", dtype=INDEX)
        self.labels: NDArray[np.int32] = np.load(folder / "labels.npy")
        self.start = (folder / "images.npy").stat().st_size - m.count * self.image_bytes
        if len(self.index) != m.count or len(self.labels) != m.count or self.start <= 0:
            raise ValueError(f"The pack {folder} is damaged; run `sparring data clear` and it will be made again.")
        self.file = os.open(folder / "images.npy", os.O_RDONLY | (os.O_BINARY if sys.platform == "win32" else 0))
        weakref.finalize(self, os.close, self.file)
        self.lock = threading.Lock()

    def __len__(self) -> int:
        return self.manifest.count

    def read(self, rows: NDArray[np.integer], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """(n, size, size, channels) uint8 of these images, in this order; written into `out` where given."""
        if out is None:
            out = np.empty((len(rows), *self.shape), np.uint8)
        view = out.reshape(-1).data
        length = self.image_bytes
        for place, row in enumerate(rows.tolist()):
            if self._read_at(view[place * length : (place + 1) * length], self.start + row * length) != length:
                raise OSError(f"The packed images in {self.folder} end too early; run `sparring data clear`.")
        return out

    def _read_at(self, view: memoryview, offset: int) -> int:
        if sys.platform != "win32":
            return os.preadv(self.file, [view], offset)
        with self.lock:
            os.lseek(self.file, offset, os.SEEK_SET)
            data = os.read(self.file, len(view))
        view[: len(data)] = data
        return len(data)

    @cached_property
    def names(self) -> list[str]:
        """Of the images, in order; read when first asked for, as training needs none."""
        with open(self.folder / "names.jsonl", encoding="ascii") as lines:
            return [json.loads(line) for line in lines]
