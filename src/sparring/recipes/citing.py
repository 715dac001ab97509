"""What a recipe is made of, by the names under which `cite` knows the papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import RECIPES
from .preset import Facts
from .recipe import Recipe
from .switches import switches


def names_of(recipe: Recipe, facts: Facts) -> Iterator[str]:
    """The recipe's own paper, then loss, networks, techniques, optimisers: in the order people read about them."""
    if recipe.name in RECIPES:
        yield RECIPES[recipe.name].cite
    yield recipe.game.kind
    yield recipe.rules.adversarial
    for network in recipe.networks.values():
        yield network.kind
    if facts.classes:
        for network in recipe.networks.values():
            yield from conditioning(network)
    on = switches(recipe, facts)
    yield from on
    if "augment" in on:
        yield recipe.techniques.augment.kind
    if recipe.rules.penalties and recipe.rules.lazy > 1:
        yield "lazy"
    yield recipe.train.solver
    for optim in recipe.optims.values():
        yield optim.name


def conditioning(network: Any) -> Iterator[str]:
    """How a network learns of the label: a critic says so, residual generators condition their norms."""
    known = vars(network)
    if "conditioning" in known:
        yield known["conditioning"]
    elif network.kind in ("resnet-generator", "biggan-generator", "biggan-deep-generator"):
        yield "conditional_norm"
