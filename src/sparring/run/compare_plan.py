"""From a question to rows that can be compared: every recipe settled, on the same data, with the same budget."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import torch

from ..data.pack import Progress
from ..play.machine import Machine, choose_device, choose_precision
from ..recipes import RECIPES, Facts, Recipe
from ..recipes.switches import switches
from ..settings import nearest
from .briefing import facts_of
from .compare import WHOLE, Plan, Question, Row
from .pace import Trial, with_best_threads
from .prepare import Wish, prepare

MEASURED = 0.03
"""Share of a budget that is spent on measuring how far it will go, before each row."""
LONGEST_SECONDS = 5.0
RESERVE, SMALL_RESERVE = 1.5, 1.1
"""Times the images that should fit a budget are planned, so that the time ends a run and not its length. Little more
for recipes that follow the share of the run: what they do late shall come."""
SAME = ("spec", "size", "channels", "flip")
"""Settings of the data that decide what real images look like."""


def plan_of(question: Question, progress: Progress | None = None) -> Plan:
    """Settle every recipe. ValueError with one sentence where they cannot be compared."""
    threads = torch.get_num_threads()
    settled: dict[str, Recipe] = {}
    facts: dict[str, Facts] = {}
    for name in question.recipes:
        torch.set_num_threads(threads)
        settled[name], facts[name] = ready(question, name, progress)
    same_data(settled)
    if question.ablate:
        name = question.recipes[0]
        settled, facts = without(settled[name], question.ablate, facts[name])
    rows = []
    for name, recipe in settled.items():
        torch.set_num_threads(threads)
        rows.append(row_of(name, recipe, facts[name], question))
    torch.set_num_threads(threads)
    return Plan(question, tuple(rows))


def ready(question: Question, name: str, progress: Progress | None) -> tuple[Recipe, Facts]:
    """A recipe as `train` would play it, and what it sees of the data."""
    wish = Wish(
        recipe=name,
        data=question.data,
        images=question.images,
        batch=question.batch,
        size=question.size,
        device=question.device,
        precision=question.precision,
        settings=question.settings,
    )
    prepared = prepare(wish, progress=progress)
    assert prepared.source is not None, "without a budget the data is opened to settle the recipe"
    return prepared.recipe, facts_of(prepared.source)


def same_data(settled: dict[str, Recipe]) -> None:
    """ValueError unless all recipes would be shown the same real images."""
    first, *others = settled.items()
    for name, recipe in others:
        for setting in SAME:
            ours, theirs = getattr(first[1].data, setting), getattr(recipe.data, setting)
            if ours != theirs:
                flag = {"spec": "--data SPEC", "size": "--size PX"}.get(setting, f"--set data.{setting}=...")
                raise ValueError(
                    f"{first[0]} and {name} would see different data: {setting} {ours or 'open'} and "
                    f"{theirs or 'open'}; say {flag}"
                )


def without(whole: Recipe, names: Iterable[str], facts: Facts) -> tuple[dict[str, Recipe], dict[str, Facts]]:
    """The whole recipe, then the recipe without each technique. ValueError for one that is not on."""
    on = switches(whole, facts)
    if not on:
        raise ValueError(f"{whole.name} has nothing switched on that could be ablated")
    wanted = list(on) if "all" in names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in on:
            raise ValueError(
                f"{whole.name} has no {name!r} switched on that could be ablated.{nearest(name, on)} "
                f"On are {', '.join(on)}."
            )
    rows = {WHOLE: whole, **{f"without {name}": on[name] for name in wanted}}
    blind = replace(facts, classes=0)
    return rows, {name: blind if recipe.data.labels == "none" else facts for name, recipe in rows.items()}


def row_of(name: str, recipe: Recipe, facts: Facts, question: Question) -> Row:
    """Try a row, find its best number of threads and, for a budget, its length. ValueError where it cannot play."""
    device = choose_device(recipe.train.device)
    machine = Machine(device, choose_precision(device, recipe.train.precision))
    try:
        trial = Trial(recipe, facts, machine)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    with_best_threads(lambda: trial.overall(0.1), machine)
    if question.budget_seconds is not None:
        recipe = lengthened(recipe, facts, machine, question.budget_seconds)
    return Row(name, recipe, torch.get_num_threads())


def lengthened(recipe: Recipe, facts: Facts, machine: Machine, budget: float) -> Recipe:
    """With the images that should fit the budget in seconds, and some more: schedules follow the share of the run.

    A stage of a fixed length is another share of a shorter run, so the speed is measured twice.
    """
    batch = recipe.train.batch
    for _ in range(2):
        trial = Trial(recipe, facts, machine)
        rate = trial.overall(min(MEASURED * budget, LONGEST_SECONDS))
        times = SMALL_RESERVE if len(trial.engine.stages) > 1 or follows(recipe) else RESERVE
        images = max(1, math.ceil(rate * budget * times / batch)) * batch
        recipe = replace(recipe, train=replace(recipe.train, images=images))
    return recipe


def follows(recipe: Recipe) -> bool:
    """Whether something in this recipe depends on the share of the run that is over."""
    techniques = recipe.techniques
    falls = any(optim.schedule != "constant" for optim in recipe.optims.values()) or recipe.rules.anneal < 1
    return falls or techniques.noise > 0 or techniques.top_k < 1 or techniques.augment.kind == "ada"


def check_names(question: Question) -> None:
    """ValueError for recipes that do not exist or do not go together, before anything slow begins."""
    for name in question.recipes:
        RECIPES[name]  # says which name is near
        if question.recipes.count(name) > 1:
            raise ValueError(f"{name} is named twice; --ablate compares a recipe with itself")
    if question.ablate and len(question.recipes) > 1:
        raise ValueError("--ablate switches techniques of one recipe off; name only one")
