"""Which regions and classes of the real samples are made, and how often. `shares` (k,) add up to 1."""

from __future__ import annotations

import torch
from torch import Tensor

DUE = 0.1
"""A region counts as made with this share of what it should get."""
SMALL = 0.3
"""Kinds with less than this share of the average are too small to be missed."""
RARE = 0.001
"""The least share that a kind is thought to have."""


def shares_of(members: Tensor, kinds: int) -> Tensor:
    """Share (kinds,) of samples in each kind, from the kind of every sample (n,)."""
    return members.bincount(minlength=kinds).float() / max(len(members), 1)


def dominant(fake: Tensor, real: Tensor) -> tuple[float, int]:
    """The largest share of fakes, over the real samples' share there, and where it is."""
    place = int(fake.argmax())
    return float(fake[place] / real[place].clamp_min(SMALL / len(real))), place


def covered(fake: Tensor, real: Tensor) -> float:
    """Share of the regions that have at least a tenth of their due fakes."""
    large = real >= SMALL / len(real)
    return float((fake[large] >= DUE * real[large]).float().mean())


def divergence(fake: Tensor, real: Tensor) -> float:
    """Kullback-Leibler divergence of the fakes' classes from the real ones, in nats: ln k if one of k is made."""
    return float(torch.special.xlogy(fake, fake / real.clamp_min(RARE)).sum())


def least(fake: Tensor, real: Tensor) -> float:
    """Share of the class that is missed most, over its share among real samples."""
    large = real >= SMALL / len(real)
    return float((fake[large] / real[large]).amin())


def agreement(voted: Tensor, asked: Tensor, classes: int) -> float:
    """How much more often than by chance samples look like the label asked for, 0..1."""
    chance = 1 / classes
    return (float((voted == asked).float().mean()) - chance) / (1 - chance)
