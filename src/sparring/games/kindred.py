"""Where a batch's images, and styles for them, come from where its images serve each other."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..networks.stargan2 import Mapping, StyleEncoder
from ..play import chance
from ..play.game import Batch

Styling = Callable[[Batch], Tensor]
"""Styles (n, 64) of the domain of each image of a batch."""


def stylings(mapping: Mapping, encoder: StyleEncoder) -> tuple[Styling, Styling, Styling]:
    """Styles of noise, of the images themselves, and of others of the same domains."""

    def noisy(batch: Batch) -> Tensor:
        return mapping(chance.normal((len(batch), mapping.latent), batch.image.device), batch.label)

    return noisy, lambda batch: encoder(batch.image, batch.label), lambda batch: encoder(kindred(batch), batch.label)


def kindred(batch: Batch) -> Tensor:
    """For each image (n, c, h, w) a random other one of its label, or itself in the mirror if the batch has none."""
    same = batch.label[:, None] == batch.label
    same.fill_diagonal_(False)
    draws = chance.uniform((len(batch), len(batch)), batch.image.device)
    found, some = batch.image[(draws * same).argmax(1)], same.any(1)[:, None, None, None]
    return torch.where(some, found, batch.image.flip(3))


def anyone(batch: Batch) -> tuple[Tensor, Tensor]:
    """For each image a random one of the batch (n, c, h, w), and its label (n,)."""
    places = chance.integers(len(batch), (len(batch),), batch.image.device)
    return batch.image[places], batch.label[places]
