"""How different samples are from each other."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

PAIRED = 256
"""Samples between which all distances are taken."""
LEAST = 4
"""Samples of a class from which its spread can be told."""
COMPARED = 200
"""Samples among which copies are looked for, as the birthday test does (Arora & Zhang 2018)."""
NEAR = 0.25
"""A copy is nearer than this share of the real samples' median distance from their neighbours."""


def typical_distance(seen: Tensor) -> float:
    """Median distance between two samples."""
    return float(F.pdist(seen[:PAIRED]).median()) if len(seen) > 1 else float("nan")


def spreads(seen: Tensor, labels: Tensor, classes: int) -> Tensor:
    """The same within each class (classes,); NaN for classes of too few samples."""
    groups = [seen[labels == number] for number in range(classes)]
    return torch.tensor([typical_distance(group) if len(group) >= LEAST else float("nan") for group in groups])


def batch_spread(samples: Tensor) -> float:
    """Mean over values of their standard deviation over the batch."""
    return float(samples.flatten(1).std(0).mean())


def rank(seen: Tensor) -> float:
    """Participation ratio of the covariance: the number of directions that samples vary in."""
    covariance = torch.cov(seen.T).reshape(seen.shape[1], -1)
    return float(covariance.trace().square() / covariance.square().sum().clamp_min(1e-24))


def gaps(seen: Tensor) -> Tensor:
    """Of each of the first samples, the distance from the nearest other (n,), n <= 200."""
    some = seen[:COMPARED]
    distances = torch.cdist(some, some)
    distances.fill_diagonal_(torch.inf)
    return distances.amin(1)


def duplicates(seen: Tensor, gap: float) -> float:
    """Share of samples with a near copy; `gap` is the median of `gaps` of as many real samples."""
    return float((gaps(seen) < NEAR * gap).float().mean())
