"""Where images come from before they are packed: a folder, a built-in set, another library's data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image


@dataclass(frozen=True)
class Entry:
    """One image that can be loaded, and what is known about it."""

    name: str  # relative path or running number; unique, stable, used in messages and for the split
    load: Callable[[], Image.Image]  # on any thread; OSError or ValueError with a sentence for a broken image
    labels: Mapping[str, str] = field(default_factory=dict)  # attribute -> value, e.g. {"folder": "cats"}


class Origin(Protocol):
    """A finite, ordered, re-readable collection of images."""

    name: str  # for people, e.g. "faces/" or "builtin:avatars"
    licence: str  # empty = unknown (people's own folders)
    credit: str  # who is to be named, empty if nobody

    def fingerprint(self) -> str:
        """A hash that changes whenever the content would; cheap (names, sizes, times), never reads pixels."""
        ...

    def __len__(self) -> int: ...

    def entries(self) -> Iterator[Entry]:
        """In a stable order."""
        ...
