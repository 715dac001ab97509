"""One remedy before it is known for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...recipes import RECIPES
from ...recipes.preset import Facts
from ...recipes.recipe import Recipe
from ...settings import assign, to_json
from ..case import Setup
from ..findings import Remedy

Changes = Callable[[Setup, Recipe], Iterable[str]]
"""Settings, PATH=VALUE each; none where there is nothing to change."""


def always(setup: Setup) -> bool:
    """For remedies that mean something everywhere."""
    return True


@dataclass(frozen=True)
class Advice:
    """A remedy for whoever it suits. Called with a set-up, it gives the changes for that one, or None."""

    name: str
    sentence: str
    """What to do and why; `{critic}` becomes discriminator, or critic where there is no probability."""
    changes: Changes | None = None
    """None = it cannot be done by settings."""
    suits: Callable[[Setup], bool] = always
    from_start: bool = False
    """The change does not fit the saved weights."""

    def __call__(self, setup: Setup) -> Remedy | None:
        if not self.suits(setup):
            return None
        sentence = self.sentence.format(critic="critic" if setup.adversarial == "wasserstein" else "discriminator")
        if self.changes is None or setup.recipe is None:
            return Remedy(self.name, sentence, (), self.from_start)
        changes = tuple(self.changes(setup, setup.recipe))
        if not changes or not alters(setup.recipe, changes):
            return None
        return Remedy(self.name, sentence, changes, self.from_start)


def alters(recipe: Recipe, changes: tuple[str, ...]) -> bool:
    """Whether these changes can be made to this recipe, and change anything."""
    try:
        return assign(recipe, changes) != recipe
    except ValueError:
        return False


def settings_of(recipe: Recipe, role: str) -> dict[str, Any]:
    """The settings of one role's network; empty where there is no such role."""
    return to_json(recipe)["networks"].get(role, {})


def preset_of(setup: Setup, recipe: Recipe) -> Recipe | None:
    """The recipe as its preset makes it for such data; None where it began as no preset that is installed here."""
    if recipe.name not in RECIPES:
        return None
    size = recipe.data.size or 64
    shape = (2,) if setup.points else (recipe.data.channels or 3, size, size)
    source = recipe.game.shape(shape, setup.classes).source
    return RECIPES[recipe.name].make(Facts(shape, setup.classes, setup.count, source[0] if source else 0))


def number(value: float) -> str:
    """A setting's value, to three digits."""
    return f"{value:.3g}"
