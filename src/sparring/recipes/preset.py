"""A preset: a recipe ready to run, and what people are told before they choose it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .recipe import Recipe


@dataclass(frozen=True)
class Facts:
    """What only the data tells."""

    shape: tuple[int, ...] = (3, 64, 64)  # (channels, height, width), or (dimensions,) for points
    classes: int = 0
    count: int | None = None  # None where nobody counted, as with streams

    @property
    def points(self) -> bool:
        return len(self.shape) == 1

    @property
    def size(self) -> int:
        """Side of the images in pixels; 0 for points."""
        return 0 if self.points else self.shape[-1]


@dataclass(frozen=True)
class Preset:
    """One entry of the list of recipes."""

    make: Callable[[Facts], Recipe]
    family: str
    line: str  # what it is
    needs: str  # data and machine
    when: str  # to use it
    paper: str
    cite: str  # BibTeX key
    largest: int = 256  # pixels; taken at most when nobody names a size
