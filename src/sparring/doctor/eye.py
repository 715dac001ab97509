"""Cheap coordinates in which distances between samples mean something, and the regions that real samples fill."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 16
"""Pixels of a side that are looked at."""
DIMENSIONS = 48
FITTED = 1000
"""Real samples that the coordinates are fitted on."""
SPARE, ITERATIONS = 8, 3
"""Directions beyond those that are kept, and rounds, of the search for principal directions (Halko et al. 2011)."""
PAIRED = 300
"""Samples between which all distances are taken."""
REGIONS = {"images": 16, "points": 32}
STEPS = 10
"""Of k-means."""


class Eye:
    """Images as principal components of their 16x16 miniatures, points as they are: (n, ...) -> (n, d) on the CPU.

    Fitted on real samples, whose median distance from each other becomes 1. Nothing is drawn from torch's own stream.
    """

    def __init__(self, real: Tensor):
        rows = flat(real)[:FITTED]
        self.centre = rows.mean(0)
        self.directions = principal(rows - self.centre) if real.dim() == 4 else torch.eye(rows.shape[1])
        seen = (rows[:PAIRED] - self.centre) @ self.directions
        self.scale = float(F.pdist(seen).median()) if len(seen) > 1 else 0.0
        self.scale = self.scale or 1.0  # copies of one sample

    def __call__(self, samples: Tensor) -> Tensor:
        return (flat(samples) - self.centre) @ self.directions / self.scale


def flat(samples: Tensor) -> Tensor:
    """Miniatures, or points, as rows (n, values) float32 on the CPU."""
    samples = samples.detach().float()
    if samples.dim() == 4:
        height, width = samples.shape[2:]
        samples = F.adaptive_avg_pool2d(samples, (min(SIDE, height), min(SIDE, width)))
    return samples.flatten(1).cpu()


def principal(rows: Tensor) -> Tensor:
    """The directions (values, d) in which centred rows vary most, d <= 48, by subspace iteration."""
    kept = min(DIMENSIONS, *rows.shape)
    dice = torch.Generator().manual_seed(0)
    basis = torch.randn(rows.shape[1], min(kept + SPARE, *rows.shape), generator=dice)
    for _ in range(ITERATIONS):
        basis = torch.linalg.qr(rows.T @ (rows @ basis)).Q
    turn = torch.linalg.svd(rows @ basis, full_matrices=False).Vh
    return basis @ turn[:kept].T


def regions_of(seen: Tensor, count: int, spaced: bool) -> Tensor:
    """Centres (k, d), k <= count, of the regions that real samples fill, by k-means.

    It starts from the first samples, or from `spaced` ones: each as far as can be from all before it, so that no mode
    of points in the plane is left out. (Of images these would be the odd ones.)
    """
    centres = apart(seen[:PAIRED], count) if spaced else seen[:count]
    for _ in range(STEPS):
        owners = torch.cdist(seen, centres).argmin(1)
        sums = torch.zeros_like(centres).index_add_(0, owners, seen)
        sizes = owners.bincount(minlength=len(centres))[:, None]
        centres = torch.where(sizes > 0, sums / sizes.clamp_min(1), centres)
    return centres


def apart(seen: Tensor, count: int) -> Tensor:
    """At most `count` of these samples, each the farthest from all before it."""
    places, distance = [0], (seen - seen[0]).norm(dim=1)
    while len(places) < min(count, len(seen)):
        places.append(int(distance.argmax()))
        distance = torch.minimum(distance, (seen - seen[places[-1]]).norm(dim=1))
    return seen[places]
