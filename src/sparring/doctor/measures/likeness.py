"""How near samples are to real ones. `distances` (n, m) are those of samples from real samples."""

from __future__ import annotations

import torch
from torch import Tensor

from ...metrics.frechet import Gaussian, between, gaussian_of_rows

K = 5
"""Balls around real samples reach to this neighbour (Kynkäänniemi et al. 2019, Naeem et al. 2020)."""


def distance(seen: Tensor, real: Gaussian) -> float:
    """Squared Fréchet distance over the variance of real samples: 1 for copies of their mean."""
    return between(gaussian_of_rows(seen), real).value / max(real.trace, 1e-12)


def quality(distances: Tensor, radii: Tensor) -> float:
    """Share of samples in the ball of a real one; `radii` (m,)."""
    return float((distances <= radii).any(1).float().mean())


def coverage(distances: Tensor, radii: Tensor) -> float:
    """Share of real balls with a sample in them."""
    return float((distances <= radii).any(0).float().mean())


def reach(distances: Tensor) -> float:
    """Median distance from samples to the nearest real one."""
    return float(distances.amin(1).median())


def votes(distances: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Of every sample, the class (n,) that most of its nearest labelled real samples have."""
    near = labels[distances.topk(min(K, distances.shape[1]), largest=False).indices]
    return torch.nn.functional.one_hot(near, classes).sum(1).argmax(1)
