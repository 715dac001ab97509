"""Tar files made by hand, honest and hostile."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image


def png(number: int, size: int = 16) -> bytes:
    """A flat gray-green-blue image that tells its number: red is number % 256, green number // 256."""
    out = io.BytesIO()
    Image.new("RGB", (size, size), (number % 256, number // 256, 77)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def number_of(image: np.ndarray) -> int:
    """Which one it is, from a (3, height, width) float image in [-1, 1]."""
    red, green = np.rint((image[:2, 0, 0] + 1) * 127.5)
    return int(red + 256 * green)


def entry(name: str, content: bytes = b"", **changes: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in changes.items():
        setattr(info, field, value)
    return info, content


def tar(entries: Iterable[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for info, content in entries:
            file.addfile(info, io.BytesIO(content))
    return out.getvalue()


def sample(number: int, label: str | None = None, facts: Mapping[str, object] | None = None) -> list:
    found = [entry(f"{number:05d}.png", png(number))]
    if label is not None:
        found.insert(0, entry(f"{number:05d}.cls", label.encode()))  # before the image, as sorted names are
    if facts is not None:
        found.append(entry(f"{number:05d}.json", json.dumps(facts).encode()))
    return found


def write_shards(folder: Path, sizes: Iterable[int], labelled: bool = True) -> int:
    """Shards `part-000.tar`, ... of these sizes; samples are numbered through. Returns how many there are."""
    number = 0
    for shard, size in enumerate(sizes):
        entries = []
        for _ in range(size):
            entries += sample(number, str(number % 3) if labelled else None)
            number += 1
        (folder / f"part-{shard:03d}.tar").write_bytes(tar(entries))
    return number
