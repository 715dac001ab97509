"""The best run that fits a time: size, recipe, width and batch from the data and the measured speed of this machine."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..play.machine import Machine
from ..recipes import RECIPES, Facts, Recipe
from ..recipes.choose import LARGEST, POWERS, choose
from ..settings import assign
from .briefing import duration
from .pace import Trial, with_best_threads

SHARE = 0.03
"""Of the budget that may be spent on measuring."""
WRAP_UP_SHARE, WRAP_UP_SECONDS = 0.03, 3.0
"""Kept for the last checkpoint, the last samples and the report."""
RESERVE = 1.5
Rungs = tuple[tuple[str, int, float], ...]
"""(recipe, width, images it needs in units of NEEDED), the one with the best results first."""
LADDERS: dict[str, Rungs] = {"cpu": (("dcgan-r1", 64, 2.5), ("dcgan-r1", 32, 1.0))}
"""By type of device; what was measured is in `docs/benchmarks/quality.md`."""
LADDER: Rungs = (("resnet-hinge", 64, 12.0), ("dcgan", 64, 2.5), ("dcgan", 32, 1.0))
"""On other devices, where batches of 16 would leave most of them idle."""
NEEDED = 25_000
"""Images that a DCGAN of width 32 needs at 32 pixels; in proportion to the number of pixels at other sizes."""


@dataclass(frozen=True)
class Fixed:
    """What the user has settled already; empty or 0 = nothing."""

    recipe: str = ""
    size: int = 0
    batch: int = 0
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """One set-up that could be trained."""

    recipe: str
    size: int  # pixels; 0 for points
    width: int  # 0 = the recipe's own
    needs: int  # images until its samples are any good

    @property
    def changes(self) -> tuple[str, ...]:
        widths = (f"networks.{role}.width={self.width}" for role in ("generator", "critic"))
        return tuple(widths) if self.width else ()


@dataclass(frozen=True)
class Fit:
    """What was chosen, and why."""

    recipe: str
    size: int
    changes: tuple[str, ...]  # settings, in the form of --set
    rate: float  # images per second
    why: str


Measure = Callable[[Option, int, float], float]
"""(option, batch, seconds) -> images per second."""


def seconds_of(text: str) -> float:
    """`90s`, `30m`, `1.5h` or `1h30m` in seconds. ValueError for anything else."""
    parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", text.strip().lower())
    numbers = [float(part or 0) for part in parts.groups()] if parts else [0.0]
    seconds = sum(number * unit for number, unit in zip(numbers, (3600, 60, 1), strict=False))
    if seconds <= 0:
        raise ValueError(f"--budget is a time like 90s, 30m or 8h, not {text!r}")
    return seconds


def usable(left_seconds: float) -> float:
    """What of the time left can go into training."""
    return left_seconds - max(WRAP_UP_SECONDS, WRAP_UP_SHARE * left_seconds)


def fit(budget: float, left: Callable[[], float], facts: Facts, fixed: Fixed, machine: Machine) -> Fit:
    """Choose for a budget in seconds; `left` says how much of it is left now.

    `facts` holds the largest size that the data has. Measuring takes a few percent of the budget. ValueError
    where the budget is over before training could begin.
    """
    measure = measured(facts, fixed, machine)
    small = Option(fixed.recipe or ("gan" if facts.points else "dcgan"), fixed.size or min(facts.size, 32), 0, 0)
    with_best_threads(lambda: measure(small, 16, 0.3), machine)
    chosen, rate, refused = search(options(facts, fixed, machine.device.type), measure, left, SHARE * budget)
    seconds = usable(left())
    if seconds < 2:
        raise ValueError(f"a budget of {duration(budget)} is over before training begins; give more")
    batch = fixed.batch or batch_for(rate * seconds, machine, RECIPES[chosen.recipe].make(facts))
    rate = with_best_threads(lambda: measure(chosen, batch, min(3.0, SHARE * budget / 3)), machine)
    seconds = usable(left())
    recipe = assign(RECIPES[chosen.recipe].make(facts), list(fixed.settings))
    images = max(batch, math.floor(rate * seconds * reserve(recipe) / batch) * batch)
    changes = (*chosen.changes, f"train.batch={batch}", f"train.images={images}", *averaged(chosen, facts, images))
    return Fit(chosen.recipe, chosen.size, changes, rate, why(chosen, rate, seconds, refused))


def reserve(recipe: Recipe) -> float:
    """How many times the images of the estimate are planned: a machine that turns out faster goes on to the deadline.

    A learning rate that falls towards the end of the run needs the true length.
    """
    falls = any(optim.schedule != "constant" for optim in recipe.optims.values())
    return 1.0 if falls else RESERVE


def why(chosen: Option, rate: float, seconds: float, refused: tuple[Option, int] | None) -> str:
    images = round(rate * seconds, -3)
    told = f"{named(chosen)}: {rate:,.0f} images/s measured here, so about {images:,.0f} images in {duration(seconds)}"
    if refused is None:
        return told
    option, possible = refused
    return f"{told}; {named(option)} would see only {possible:,} and needs about {option.needs:,}"


def named(option: Option) -> str:
    size = f" at {option.size} pixels" if option.size else ""
    return f"{option.recipe}{size}{f', width {option.width}' if option.width else ''}"


def options(facts: Facts, fixed: Fixed, device: str) -> Iterator[list[Option]]:
    """For each size, the smallest first, the set-ups worth trying, the best first."""
    if facts.points:
        yield [Option(fixed.recipe or "gan", 0, 0, NEEDED)]
        return
    largest = min(facts.size, LARGEST.get(device, facts.size))
    for size in [fixed.size] if fixed.size else [s for s in POWERS if s <= max(largest, POWERS[0])]:
        need = NEEDED * (size / 32) ** 2
        rungs = LADDERS.get(device, LADDER) if not facts.source else ((choose(facts, device).name, 0, 1.0),)
        ladder = [step for step in rungs if fixed.recipe in ("", step[0])] or [(fixed.recipe, 0, 1.0)]
        yield [Option(name, size, width_at(width, name, size), int(need * times)) for name, width, times in ladder]


def width_at(width: int, recipe: str, size: int) -> int:
    """Residual networks above 32 pixels count their width at the full size, where it is dearest."""
    return width // 2 if recipe == "resnet-hinge" and size > 32 else width


def search(
    rungs: Iterator[list[Option]], measure: Measure, left: Callable[[], float], measuring_seconds: float
) -> tuple[Option, float, tuple[Option, int] | None]:
    """The best option whose images fit the time, its speed, and the first better one that does not fit."""
    found: tuple[Option, float] | None = None
    known: dict[tuple[str, int], float] = {}  # speed by recipe and width, at the size before
    start = time.monotonic()
    for rung in rungs:
        refused, fits = None, False
        for option in rung:
            guess = known.get((option.recipe, option.width), math.inf) / 3
            over = time.monotonic() - start > measuring_seconds
            hopeless = guess * usable(left()) < option.needs
            rate = guess if math.isfinite(guess) and (hopeless or over) else measure(option, 16, 0.5)
            known[option.recipe, option.width] = rate
            fits = rate * usable(left()) >= option.needs
            if fits or found is None:
                found = (option, rate) if fits or option is rung[-1] else found
            if fits:
                break
            refused = refused or (option, int(rate * usable(left()) // 1000 * 1000))
        if not fits:
            break
    assert found is not None
    return *found, refused


def measured(facts: Facts, fixed: Fixed, machine: Machine) -> Measure:
    def measure(option: Option, batch: int, seconds: float) -> float:
        shape = facts.shape if facts.points else (facts.shape[0], option.size, option.size)
        seen = replace(facts, shape=shape)
        recipe = RECIPES[option.recipe].make(seen)
        recipe = assign(recipe, [*option.changes, f"train.batch={batch}", *fixed.settings])
        return Trial(recipe, seen, machine).rate(seconds)

    return measure


def batch_for(images: float, machine: Machine, recipe: Recipe) -> int:
    """On a CPU a small batch is as fast per image as a large one, and gives more updates in the same time.

    On cartoon heads 60,000 images in batches of 32 gave what 120,000 in batches of 64 gave.
    """
    if machine.device.type != "cpu" or images > 1_000_000:
        return recipe.train.batch
    return min(32 if images > 40_000 else 16, recipe.train.batch)


def averaged(option: Option, facts: Facts, images: int) -> tuple[str, ...]:
    """Short runs end amid large steps, which an averaged generator smooths; it looks back over a thirtieth.

    In runs of 27,000 images 5,000 served well.
    """
    return () if facts.points else (f"average.half_life_images={max(1000, images // 30, min(5000, images // 6))}",)
