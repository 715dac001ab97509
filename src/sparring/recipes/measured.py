"""What has been measured of our recipes and their toys: numbers that benchmarks/toys.py wrote beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

from ..settings import from_json, settings

FILE = Path(__file__).with_name("measured.json")
NOT = "not measured"


@settings
class Measured:
    """Of one recipe; what was not measured is None or empty."""

    cost: float | None = None
    """Seconds for a real image of 32 pixels; dcgan's are 1."""
    scores: tuple[float, ...] = ()
    """Of the toy's seeds: sliced Wasserstein distance from real samples."""
    untrained: float | None = None
    """The distance before training, mean over the seeds."""
    seconds: float | None = None
    """Of training the toy, on one core."""
    images: int | None = None
    """Real images the toy is shown."""
    modes: tuple[int, ...] = ()
    """Of the ring's eight, found by each seed; empty where the toy makes images."""

    @property
    def price(self) -> str:
        """The cost in words."""
        if self.cost is None:
            return NOT
        return f"{self.cost:g} times dcgan's time for a real image, at 32 pixels on a CPU"

    @property
    def result(self) -> str:
        """What the toy reaches, in words."""
        if not self.scores or self.untrained is None or self.images is None or self.seconds is None:
            return NOT
        low, high = min(self.scores), max(self.scores)
        modes = f"; {', '.join(map(str, self.modes))} of 8 modes found" if self.modes else ""
        return (
            f"the toy, {len(self.scores)} seeds: sliced Wasserstein distance {mean(self.scores):.3f} "
            f"({low:.3f} to {high:.3f}; untrained {self.untrained:.2f}){modes}, "
            f"after {self.images:,} images in {self.seconds:.0f} s on one core"
        )


def measurements(name: str) -> Measured:
    """The numbers of a recipe and its toy, by the name of either; empty where nobody measured them."""
    return from_json(Measured, contents()["recipes"].get(name.removesuffix("-toy"), {}))


def command() -> str:
    """The command that measures all of them."""
    return str(contents()["command"])


@cache
def contents() -> Mapping[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))
