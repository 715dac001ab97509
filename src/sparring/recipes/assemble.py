"""From a recipe and the shape of the data to a game that can be played."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from ..games.casting import Cast
from ..networks.network import Shape
from ..play.game import Game
from ..techniques.minibatch import MinibatchCritic
from ..techniques.packing import packed_image
from ..techniques.spectral import spectral_norm_
from ..techniques.virtual_norm import Referenced
from .recipe import Recipe

REFERENCES = 64
"""Samples in the reference batch of virtual batch norm."""


def network_of(recipe: Recipe, role: str, image: tuple[int, ...], classes: int) -> nn.Module:
    """The network of one role with its surgery, freshly initialised from torch's own random stream.

    `image` is one sample's shape; `classes` the number of labels, 0 for none. ValueError where it cannot make this.
    """
    shape = recipe.game.shape(image, classes)
    critic = role.startswith("critic")
    if critic:
        shape = replace(shape, image=packed_image(shape.judged, recipe.techniques.pack), shown=0)
    network = recipe.networks[role].build(shape)
    if role in recipe.spectral_norm:
        network = spectral_norm_(network)
    if role in recipe.virtual_norm:
        network = Referenced(network, *references(shape))
    if critic and recipe.minibatch.measures:
        example, label = torch.zeros(2, *shape.image), torch.zeros(2, dtype=torch.int64) if classes else None
        network = MinibatchCritic(network, example, label, recipe.minibatch.measures, recipe.minibatch.length)
    return network


def references(shape: Shape) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Noise, and labels where there are any, of a reference batch."""
    labels = torch.arange(REFERENCES) % shape.classes if shape.classes else None
    return torch.randn(REFERENCES, shape.latent), labels


def assemble(recipe: Recipe, image: tuple[int, ...], classes: int) -> Game:
    """Build the networks (seeded), and the game they play.

    `image` is one sample's shape; `classes` the number of labels, 0 for none. ValueError where a network
    cannot make this shape, or where rules and techniques do not go together.
    """
    torch.manual_seed(recipe.train.seed)
    per_round = recipe.train.batch * recipe.game.batches
    return recipe.game.build(
        Cast(
            networks={role: network_of(recipe, role, image, classes) for role in recipe.game.networks},
            optims=recipe.optims,
            rules=recipe.rules,
            average=recipe.average if recipe.average.half_life_images else None,
            rounds=-(-recipe.train.images // per_round),
            classes=classes,
            techniques=recipe.techniques,
            image=image,
            batch=recipe.train.batch,
        )
    )
