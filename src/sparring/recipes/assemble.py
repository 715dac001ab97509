"""From a recipe and the shape of the data to a game that can be played."""

from __future__ import annotations

import torch

from ..games.casting import Cast
from ..play.game import Game
from ..techniques.spectral import spectral_norm_
from .recipe import Recipe


def assemble(recipe: Recipe, image: tuple[int, ...], classes: int) -> Game:
    """Build the networks (seeded), and the game they play.

    `image` is one sample's shape; `classes` the number of labels, 0 for none. ValueError where a network
    cannot make this shape.
    """
    torch.manual_seed(recipe.train.seed)
    shape = recipe.game.shape(image, classes)
    networks = {}
    for role in recipe.game.networks:
        network = recipe.networks[role].build(shape)
        networks[role] = spectral_norm_(network) if role in recipe.spectral_norm else network
    per_round = recipe.train.batch * recipe.game.batches
    return recipe.game.build(
        Cast(
            networks=networks,
            optims=recipe.optims,
            rules=recipe.rules,
            average=recipe.average if recipe.average.half_life_images else None,
            rounds=-(-recipe.train.images // per_round),
            classes=classes,
        )
    )
