"""The networks of one of our games as a pair."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ....games.casting import FromNoise
from ....games.inference import InferenceSettings
from ....layers.growth import Growing
from ....play import chance
from ....play.game import Batch, Clock, Game, Turn
from ....play.scene import added
from ....recipes.recipe import Recipe
from ...case import Setup
from ..data.shown import Shown
from .pair import Pair

TRIED = 4
"""Samples; a multiple of the groups that critics compare."""


def pair_of(recipe: Recipe, game: Game, setup: Setup, shown: Shown) -> Pair | None:
    """Generator and critic, and the loss of the generator's own turn; None for games that do not start from noise."""
    players = game.players()
    if not isinstance(recipe.game, FromNoise) or not {"generator", "critic"} <= players.keys():
        return None
    generator, critic = players["generator"].modules[0], players["critic"].modules[0]
    place = next(generator.parameters()).device
    count = max(2, TRIED // game.multiple) * game.multiple
    places = torch.arange(count)
    real = shown.images[places % len(shown.images)].to(place)
    labels = (places % setup.classes).to(place) if setup.classes else None  # the data's own may be wrong
    draw = chance.normal if recipe.game.prior == "normal" else chance.symmetric
    pair = Pair(
        generator=generator,
        critic=None if isinstance(recipe.game, InferenceSettings) else critic,
        real=real,
        z=draw((count, recipe.game.latent), place),
        labels=labels,
        setup=setup,
        pack=recipe.techniques.pack,
        growing=isinstance(generator, Growing),
    )
    turn = next((t for stage in game.stages() for t in stage.turns if "generator" in t.players), None)
    if turn is None or pair.growing:
        return pair
    return replace(pair, loss=lambda: loss_of(turn, real, labels))


def loss_of(turn: Turn, real: Tensor, labels: Tensor | None) -> Tensor:
    """What the generator pays in its own turn, on these samples."""
    batch = Batch(image=real) if labels is None else Batch(image=real, label=labels)
    return added(list(turn.loss(batch, Clock()).values()))
