"""What a recipe has switched on, and the same recipe without it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from .preset import Facts
from .recipe import Recipe

NO_SWITCHES = ("adversarial", "classes", "classes_generator", "lecam_warmup", "lazy", "anneal_end")
"""Rules that say how, not whether."""
OF_THE_GAME: dict[str, Any] = {"critic_steps": 1, "clip": 0.0, "warmup_rounds": 0}
"""Settings that some games have, and what they are without the technique."""


def switches(recipe: Recipe, facts: Facts) -> dict[str, Recipe]:
    """Name of each technique that is on -> the recipe without it, everything else being the same.

    Whatever differs from its default in `rules` and `techniques`, and `ema`, `ttur`, `schedule`, `flip`, `labels`.
    """
    found = {name: replace(recipe, rules=reset(recipe.rules, name)) for name in changed(recipe.rules, NO_SWITCHES)}
    found |= around(recipe)
    found |= learning(recipe)
    if recipe.data.flip and not facts.points:
        found["flip"] = replace(recipe, data=replace(recipe.data, flip=False))
    if facts.classes:
        found["labels"] = replace(recipe, data=replace(recipe.data, labels="none"))
    return found


def around(recipe: Recipe) -> dict[str, Recipe]:
    """What stands around the networks, and what the game can do with its turns."""
    found = {name: reset(recipe, name) for name in changed(recipe) if name in ("spectral_norm", "virtual_norm")}
    if recipe.minibatch.measures:
        found["minibatch"] = reset(recipe, "minibatch")
    techniques = recipe.techniques
    for name in changed(techniques, details(techniques)):
        found[name] = replace(recipe, techniques=reset(techniques, name))
    game: Any = recipe.game
    for name in (field.name for field in fields(game) if field.name in OF_THE_GAME):
        if getattr(game, name) != OF_THE_GAME[name]:
            found[name] = replace(recipe, game=replace(game, **{name: OF_THE_GAME[name]}))
    return found


def learning(recipe: Recipe) -> dict[str, Recipe]:
    """How the players learn: two learning rates, a schedule, an average."""
    found, optims = {}, recipe.optims
    rate = optims["generator"].lr if "generator" in optims else next(iter(optims.values())).lr
    if any(optim.lr != rate for optim in optims.values()):
        found["ttur"] = replace(recipe, optims={name: replace(optim, lr=rate) for name, optim in optims.items()})
    if any(optim.schedule != "constant" for optim in optims.values()):
        same = {name: replace(optim, schedule="constant") for name, optim in optims.items()}
        found["schedule"] = replace(recipe, optims=same)
    if recipe.average.half_life_images:
        found["ema"] = replace(recipe, average=replace(recipe.average, half_life_images=0.0))
    return found


def changed(thing: Any, leave: tuple[str, ...] = ()) -> list[str]:
    """Fields of a settings object that differ from their class's default."""
    differs = (field.name for field in fields(thing) if getattr(thing, field.name) != default(field))
    return [name for name in differs if name not in leave]


def details(thing: Any) -> tuple[str, ...]:
    """Fields that only say more about another one, as `noise_end` does about `noise`."""
    names = [field.name for field in fields(thing)]
    return tuple(name for name in names if any(name.startswith(f"{other}_") for other in names))


def reset(thing: Any, name: str) -> Any:
    return replace(thing, **{field.name: default(field) for field in fields(thing) if field.name == name})


def default(field: Any) -> Any:
    return field.default
