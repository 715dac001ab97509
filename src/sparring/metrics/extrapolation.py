"""A Fréchet distance as it would be of infinitely many samples (Chong & Forsyth 2020).

Of n samples it is too large by about a constant over n, and the constant depends on the generator. So distances of
random subsets of several sizes lie on a line over 1/n, and the line at 1/n = 0 is the distance without this bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

import torch
from torch import Tensor

from .bounds import NORMAL
from .frechet import ROWS, Gaussian, between, gaussian_of
from .frechet_score import deficient, real_and_fake
from .moments import moments_of
from .protocols import features_of, features_protocol, score_name
from .score import Score
from .sets import Sets

SIZES = 15  # as published
LEAST = 50  # samples


@dataclass(frozen=True)
class Line:
    """Distances of subsets, and the line through them: distance = value + slope / n."""

    sizes: tuple[int, ...]
    distances: tuple[float, ...]
    value: float
    slope: float
    error: float
    """Standard error of the value, of the fit alone."""


def sizes_for(count: int, dims: int) -> tuple[int, ...]:
    """From a tenth of the samples, or as many as the dimensions where half are enough for that, to all."""
    first = max(count // 10, min(2 * dims, count // 2), 2)
    return tuple(torch.linspace(first, count, SIZES).round().long().tolist())


def extrapolate(features: Tensor, real: Gaussian, *, seed: int = 0) -> Line:
    """The line for samples' features (n, d). ValueError for fewer than 50 samples, or features that are not finite."""
    count = len(features)
    if count < LEAST:
        raise ValueError(f"a distance is extrapolated from at least {LEAST} samples, and there are {count}")
    dice = torch.Generator().manual_seed(seed)
    sizes, distances = sizes_for(count, features.shape[1]), list[float]()
    for size in sizes:
        drawn = features[torch.randperm(count, generator=dice)[:size].to(features.device)]
        moments = reduce(add, map(moments_of, drawn.split(ROWS)))
        distances.append(between(real, gaussian_of(moments)).value)
    return fitted(sizes, distances)


def fitted(sizes: tuple[int, ...], distances: list[float]) -> Line:
    """Least squares over 1/n."""
    inverse = 1 / torch.tensor(sizes, dtype=torch.float64)
    design = torch.stack([torch.ones_like(inverse), inverse], 1)
    seen = torch.tensor(distances, dtype=torch.float64)
    solution = torch.linalg.lstsq(design, seen[:, None]).solution[:, 0]
    noise = (seen - design @ solution).square().sum() / (len(sizes) - 2)
    error = (noise * torch.linalg.inv(design.T @ design)[0, 0]).sqrt()
    return Line(sizes, tuple(distances), float(solution[0]), float(solution[1]), float(error))


def extrapolated_score(sets: Sets) -> list[Score]:
    """FID of infinitely many samples: `fid-infinity` or `fd-infinity-NAME`; it may be a little below 0."""
    real, fake = real_and_fake(sets)
    line = extrapolate(features_of(sets.fake, "the samples"), real, seed=sets.seed)
    dims = len(real.mean)
    doubts = deficient(real.count, dims, "real images")
    if line.sizes[0] <= dims:
        doubts.append(
            f"subsets of {line.sizes[0]:,} samples in {dims:,} dimensions have rank-deficient covariances, and the "
            f"bias of such is not a line over 1/n; take more than {4 * dims:,} samples"
        )
    if real.count < fake.count:
        doubts.append(f"{real.count:,} real images only: what bias their number brings stays in")
    reach = NORMAL * line.error
    settings = (("sizes", SIZES), ("smallest", line.sizes[0]))
    return [
        Score(
            score_name("fid-infinity", "fd-infinity", sets.extractor),
            line.value,
            "lower",
            features_protocol(sets, settings),
            line.value - reach,
            line.value + reach,
            f"95% of the line's fit through {SIZES} sizes",
            tuple(doubts),
        )
    ]
