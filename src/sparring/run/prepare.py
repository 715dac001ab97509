"""From what a user asked for to a recipe that can be run on their data and machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..data.feed import Source
from ..data.making import maker_of
from ..data.open import natural_size, open_source
from ..data.pack import Progress
from ..data.settings import DataSettings
from ..games.casting import FromNoise, GameSettings
from ..play.machine import Machine, choose_device, choose_precision, join_processes
from ..recipes import RECIPES, Facts, Recipe
from ..recipes.choose import affordable_size, choose, sided
from ..recipes.preset import Start
from ..settings import assign
from .briefing import facts_of
from .budget import Fixed, fit
from .pace import Trial, with_best_threads
from .setting_up import first_says

DRAFT = "resnet-hinge"
"""Stands in for the recipe while only the data settings are looked at."""


@dataclass(frozen=True)
class Wish:
    """What was asked for; None or empty = left open."""

    recipe: str = ""
    data: str = ""
    source: str = ""
    images: int | None = None
    batch: int | None = None
    size: int | None = None
    seed: int | None = None
    device: str = "auto"
    precision: str = "auto"
    settings: tuple[str, ...] = ()  # path=value
    budget_seconds: float | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """All of it but the recipe as settings, in the form path=value."""
        given: dict[str, object] = {
            "data.spec": self.data or None,
            "data.source": self.source or None,
            "data.size": self.size,
            "train.images": self.images,
            "train.batch": self.batch,
            "train.seed": self.seed,
            "train.device": self.device if self.device != "auto" else None,
            "train.precision": self.precision if self.precision != "auto" else None,
        }
        flags = (f"{path}={json.dumps(value)}" for path, value in given.items() if value is not None)
        return (*flags, *self.settings)


@dataclass(frozen=True)
class Prepared:
    """A recipe whose every open question is settled."""

    recipe: Recipe
    why: tuple[str, ...]  # sentences: what was chosen and why
    rate: float | None  # images per second, measured; None where this process did not measure
    source: Source | None = None  # the data, where it is open already


def prepare(wish: Wish, *, left: Callable[[], float] | None = None, progress: Progress | None = None) -> Prepared:
    """Settle recipe, size, width, batch and length.

    `left` says how many seconds of a budget are left; `progress` is told how far the data is packed. ValueError or
    OSError with one sentence for whatever does not fit.
    """
    if wish.budget_seconds is not None and left is not None:
        choose_device(wish.device)
        data = data_settings(wish)
        return within_budget(wish, data, look(data, progress)[0], left)
    recipe, source, why = settle(wish, progress)
    rate = None
    if os.environ.get("RANK", "0") == "0":
        device, world = choose_device(wish.device), int(os.environ.get("WORLD_SIZE", "1"))
        machine = Machine(device, choose_precision(device, wish.precision), world=world)
        trial = Trial(recipe, facts_of(source), machine)
        rate = with_best_threads(lambda: trial.rate(0.1), machine)
    return Prepared(recipe, why, rate, source)


def settle(wish: Wish, progress: Progress | None = None) -> tuple[Recipe, Source, tuple[str, ...]]:
    """Recipe, data and why they were chosen; nothing is measured, and there is no budget. Errors as in `prepare`."""
    device = choose_device(wish.device)
    data = data_settings(wish)
    facts, source = look(data, progress)
    why: list[str] = []
    if source is None:
        largest = RECIPES[wish.recipe].largest if wish.recipe else facts.size
        size = min(affordable_size(facts.size, device.type), largest)
        if size < facts.size:
            why.append(f"Size: {size} pixels on this device, although the data has {facts.size}; --size changes it.")
        data = replace(data, size=size)
        source = open_source(data, progress)
    facts = facts_of(source)
    name = wish.recipe
    if not name:
        choice = choose(facts, device.type)
        name = choice.name
        why.append(f"Recipe: {name}, because {choice.why}.")
    return settled(name, facts, replace(data, size=facts.size), (), wish), source, tuple(why)


def within_budget(wish: Wish, data: DataSettings, facts: Facts, left: Callable[[], float]) -> Prepared:
    """Every process takes what the first one chose."""
    machine = join_processes(wish.device, wish.precision)
    settings = tuple(change for change in wish.changes if not change.startswith("data."))
    fixed = Fixed(wish.recipe, data.size, wish.batch or 0, settings)
    budget = wish.budget_seconds or 0.0
    fitting = first_says(machine, lambda: fit(budget, left, facts, fixed, machine))
    size = () if facts.points else (fitting.size, fitting.size)
    seen = replace(facts, shape=(facts.shape[0], *size))
    if data.source:  # only the data tells its channels
        seen = facts_of(open_source(replace(data, size=fitting.size)))
    recipe = settled(fitting.recipe, seen, replace(data, size=fitting.size), fitting.changes, wish)
    return Prepared(recipe, (f"Budget: {fitting.why}.",), fitting.rate)


def settled(name: str, facts: Facts, data: DataSettings, changes: tuple[str, ...], wish: Wish) -> Recipe:
    """The preset on these facts; what the user asked for overrules everything."""
    recipe = replace(RECIPES[name].make(facts), data=data)
    return assign(recipe, [*changes, *(c for c in wish.changes if not c.startswith("data."))])


def data_settings(wish: Wish) -> DataSettings:
    """What to train on. ValueError where nothing is named, or a setting does not exist."""
    draft = RECIPES[wish.recipe or DRAFT].make(Facts())
    about_data = [change for change in wish.changes if change.startswith("data.")]
    data = assign(draft, wish.changes if wish.recipe else about_data).data
    if not data.spec:
        raise ValueError(
            "say what to train on: --data FOLDER, or a built-in set such as --data builtin:avatars-small "
            "(`sparring data list` shows them all)"
        )
    if wish.recipe:
        check_start(wish.recipe, RECIPES[wish.recipe].start, draft.game, data)
    if sided(data.spec) and not any(change.startswith("data.flip=") for change in about_data):
        return replace(data, flip=False)
    return data


def check_start(name: str, start: Start, game: GameSettings, data: DataSettings) -> None:
    """ValueError where a recipe starts from images that nobody named, or has no use for those that somebody named."""
    if data.source and isinstance(game, FromNoise):
        raise ValueError(f"{name} starts from noise, not from {data.source}: leave it out, or take pix2pix or cyclegan")
    if start == "collections" and not data.source:
        raise ValueError(
            f"{name} translates one collection into another, and there is only one: --data is what it translates to, "
            "and --source FOLDER what it translates from"
        )
    if start == "pairs" and not data.source:
        raise ValueError(
            f"{name} learns from pairs: say what it starts from, --source FOLDER with images of the same names, left "
            "or right (half of each picture), or edges, gray, mask or low:4 (made of each image)"
        )
    if start == "pairs" and not data.paired:
        raise ValueError(f"{name} learns from pairs, and data.paired=false says that there are none: take cyclegan")


def look(data: DataSettings, progress: Progress | None) -> tuple[Facts, Source | None]:
    """What is known before anything is packed: for images of no fixed size, the largest size they have."""
    natural = 0 if data.size else natural_size(data)
    if natural:
        channels = data.channels or 3
        maker = maker_of(data.source, 0)
        source = (data.source_labels or (maker.channels(channels) if maker else channels)) if data.source else 0
        return Facts((channels, natural, natural), source=source, paired=data.paired), None
    source = open_source(data, progress)
    return facts_of(source), source
