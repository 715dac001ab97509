"""Writing a pack, image after image, in constant memory."""

from __future__ import annotations

import dataclasses
import json
import os
from array import array
from collections.abc import Mapping
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..settings import to_json
from .images import Prepared
from .packfile import INDEX, Manifest

NARROW_IMAGES = 1024
"""Images at a time when three equal channels are cut down to one."""


class PackWriter:
    """Writes into an empty folder. Plain writes, not a map: on a full disk a map would kill the process."""

    def __init__(self, folder: Path, size: int, channels: int):
        self.folder, self.size, self.channels, self.count = folder, size, channels, 0
        self.images = open(folder / "images.npy", "wb")  # noqa: SIM115
        self.index = open(folder / "index.bin", "wb")  # noqa: SIM115
        self.names = open(folder / "names.jsonl", "w", encoding="ascii")  # noqa: SIM115
        self.images.write(header(0, size, channels))
        self.codes: dict[str, dict[str, int]] = {}  # attribute -> value -> code
        self.columns: dict[str, array[int]] = {}
        self.modes: dict[str, int] = {}
        self.formats: dict[str, int] = {}
        self.all_gray = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self.images, self.index, self.names):
            file.close()

    def add(self, name: str, labels: Mapping[str, str], image: Prepared, content: int, look: int) -> None:
        """Append one image; `content` and `look` as `fingerprints` gives them."""
        self.images.write(image.pixels.data)
        mode = self.modes.setdefault(image.mode, len(self.modes))
        form = self.formats.setdefault(image.format, len(self.formats))
        record = (content, look, image.width, image.height, mode, form, image.gray, image.animated)
        self.index.write(np.array(record, INDEX).tobytes())
        self.names.write(json.dumps(name) + "\n")
        for attribute in [*self.columns, *(a for a in labels if a not in self.columns)]:
            column = self.columns.setdefault(attribute, array("i", [-1]) * self.count)
            codes = self.codes.setdefault(attribute, {})
            value = labels.get(attribute)
            column.append(-1 if value is None else codes.setdefault(value, len(codes)))
        self.all_gray &= image.gray
        self.count += 1

    def finish(self, manifest: Manifest, *, narrow: bool) -> Manifest:
        """Complete the files and write the manifest last; with `narrow`, keep one channel if all images are gray.

        What only the writer knows (count, channels, classes, modes, formats) is filled in.
        """
        if narrow and self.all_gray and self.channels == 3:
            self._narrow()
        self.images.seek(0)
        self.images.write(header(self.count, self.size, self.channels))
        classes = {attribute: self._sort(attribute) for attribute in self.columns}
        with open(self.folder / "labels.npy", "wb") as file:
            table = np.array([self.columns[a] for a in classes], np.int32).reshape(len(classes), self.count)
            np.save(file, np.ascontiguousarray(table.T))
            sync(file)
        for file in (self.images, self.index, self.names):
            sync(file)
        manifest = dataclasses.replace(
            manifest, count=self.count, channels=self.channels, classes=classes,
            modes=tuple(self.modes), formats=tuple(self.formats),
        )  # fmt: skip
        with open(self.folder / "manifest.json", "w", encoding="utf-8") as file:
            json.dump(to_json(manifest), file, indent=1)
            sync(file)
        return manifest

    def _narrow(self) -> None:
        self.images.close()
        wide = self.folder / "images.npy"
        source = np.memmap(wide, np.uint8, "r", len(header(0, self.size, 3)), (self.count, self.size, self.size, 3))
        self.images = open(self.folder / "narrow.npy", "wb")  # noqa: SIM115
        self.images.write(header(self.count, self.size, 1))
        for start in range(0, self.count, NARROW_IMAGES):
            self.images.write(np.ascontiguousarray(source[start : start + NARROW_IMAGES, ..., :1]).data)
        self.channels = 1
        del source
        os.replace(self.folder / "narrow.npy", wide)

    def _sort(self, attribute: str) -> tuple[str, ...]:
        """Give the values their final codes, in the order of numbers or of the alphabet."""
        codes = self.codes[attribute]
        order = sorted(codes, key=lambda value: (0, int(value), value) if number(value) else (1, 0, value))
        final = np.full(len(codes) + 1, -1, np.int32)  # the last place keeps -1 at -1
        final[[codes[value] for value in order]] = np.arange(len(order))
        self.columns[attribute] = array("i", final[np.asarray(self.columns[attribute], np.int64)].tolist())
        return tuple(order)


def number(value: str) -> bool:
    return value.removeprefix("-").isdecimal() and value.isascii()


def header(count: int, size: int, channels: int) -> bytes:
    """Of a .npy file; as long for any count, so it can be filled in at the end."""
    file = BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (count, size, size, channels)}
    np.lib.format.write_array_header_1_0(file, shape)
    return file.getvalue()


def sync(file: IO[Any]) -> None:
    """Have this file on the disk before going on."""
    file.flush()
    os.fsync(file.fileno())


def fingerprints(pixels: NDArray[np.uint8], gray: bool) -> tuple[int, int]:
    """(hash of the pixels, difference hash), 64 bits each.

    The first is equal for equal pictures, whether gray is stored in one channel or three. The second has a bit for
    each of 8 x 8 steps from left to right, 1 = brighter (dHash), so similar pictures differ in few bits.
    """
    content = np.ascontiguousarray(pixels[..., :1]) if gray else pixels
    digest = blake2b(content.data, digest_size=8).digest()
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).convert("L")
    small = np.asarray(image.resize((9, 8), Image.Resampling.BOX), np.int16)
    bits = np.packbits(small[:, 1:] > small[:, :-1])
    return int.from_bytes(digest, "little"), int.from_bytes(bits.tobytes(), "little")
