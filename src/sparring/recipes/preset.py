"""A preset: a recipe ready to run, and what people are told before they choose it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from .recipe import Recipe


@dataclass(frozen=True)
class Facts:
    """What only the data tells."""

    shape: tuple[int, ...] = (3, 64, 64)  # (channels, height, width), or (dimensions,) for points
    classes: int = 0
    count: int | None = None  # None where nobody counted, as with streams
    source: int = 0  # channels of what translators start from; 0 = there is nothing beside the images
    paired: bool = True  # each image with its own source

    @property
    def points(self) -> bool:
        return len(self.shape) == 1

    @property
    def size(self) -> int:
        """Side of the images in pixels; 0 for points."""
        return 0 if self.points else self.shape[-1]


Make = Callable[[Facts], Recipe]
Start = Literal["nothing", "pairs", "collections"]
"""What beside the images a recipe starts from: a source for each of them, or another collection."""


@dataclass(frozen=True)
class Toy:
    """A preset made so small that it trains on a CPU within seconds, on data that it brings."""

    make: Make
    line: str  # what it is
    when: str = "to see it learn while you wait"


@dataclass(frozen=True)
class Preset:
    """One entry of the list of recipes."""

    make: Make
    family: str
    line: str  # what it is
    needs: str  # data and machine
    when: str  # to use it
    paper: str
    cite: str  # BibTeX key
    toy: Toy | None = None  # None in toys themselves
    differs: str = ""  # from the paper; empty = in nothing known
    largest: int = 256  # pixels; taken at most when nobody names a size
    start: Start = "nothing"


def with_toys(presets: Mapping[str, Preset]) -> dict[str, Preset]:
    """The presets by name, and behind each its toy as NAME-toy."""
    found = dict[str, Preset]()
    for name, preset in presets.items():
        found[name] = preset
        if preset.toy:
            toy = preset.toy
            needs = "nothing: a CPU and a minute"
            found[f"{name}-toy"] = replace(preset, make=toy.make, line=toy.line, when=toy.when, needs=needs, toy=None)
    return found
