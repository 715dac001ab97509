"""Which files below a folder are images."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .images import BadImageError, extensions, open_image

HEAD_BYTES = 65536
"""Enough of a file for every format to be recognised by."""


@dataclass(frozen=True)
class File:
    """An image file, and what changes when its content does."""

    name: str  # relative to the folder, with / between folders
    bytes: int  # -1 where a link leads nowhere
    time_ns: int


@dataclass(frozen=True)
class Listing:
    """The image files below a folder in the order of their names, and how many other files have which ending."""

    files: tuple[File, ...]
    others: Counter[str]


def list_images(folder: Path) -> Listing:
    """Look through the folder, in any nesting.

    Hidden files and folders are skipped. Links are followed, but no folder is read twice, so a loop of links
    ends. An ending that Pillow knows, in any case, makes a file an image, and its content decides of which
    format; a file without any ending counts where Pillow recognises its content. OSError with a sentence for
    folders that cannot be read.
    """
    others: Counter[str] = Counter()
    files = []
    try:
        for entry in _walk(folder):
            ending = os.path.splitext(entry.name)[1].lower()
            if ending in extensions() or (not ending and _recognised(entry.path)):
                files.append(_file(entry, folder))
            else:
                others[ending] += 1
    except OSError as error:
        raise OSError(f"The folder {error.filename or folder} cannot be read ({error.strerror}).") from None
    return Listing(tuple(sorted(files, key=lambda file: file.name)), others)


def _walk(top: Path) -> Iterator[os.DirEntry[str]]:
    """Real folders before linked ones, so that a link never takes a folder's files away from its own name."""
    seen: set[tuple[int, int]] = set()
    real, linked = [str(top)], []
    while real or linked:
        folder = real.pop() if real else linked.pop(0)
        state = os.stat(folder)
        if (state.st_dev, state.st_ino) in seen:
            continue
        seen.add((state.st_dev, state.st_ino))
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    (linked if entry.is_symlink() else real).append(entry.path)
                else:
                    yield entry


def _file(entry: os.DirEntry[str], top: Path) -> File:
    name = entry.path.removeprefix(str(top)).replace(os.sep, "/").lstrip("/")
    try:
        state = entry.stat()
    except OSError:
        return File(name, -1, 0)
    return File(name, state.st_size, state.st_mtime_ns)


def _recognised(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            open_image(file.read(HEAD_BYTES))
    except (BadImageError, OSError):
        return False
    return True
