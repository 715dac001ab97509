"""The Fréchet distance between two Gaussians (Dowson & Landau 1982; Heusel et al. 2017) without a matrix square root.

With S₁ = FFᵀ, the trace of (S₁S₂)^½ is the sum of the roots of the eigenvalues of the symmetric FᵀS₂F: real, and many
times cheaper than the root of a product. F is a Cholesky factor; of a set with no more samples than dimensions it is
the centred rows themselves, or, where those are gone, what an eigendecomposition keeps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from operator import add

import torch
from torch import Tensor

from .moments import Moments, moments_of

UNIT = torch.finfo(torch.float64).eps / 2  # what one rounding may change, relatively
PANEL = 256  # columns
ROWS = 1024  # at once, of features in float64


@dataclass(frozen=True)
class Gaussian:
    """A set of vectors as a distance sees it, float64: `mean` (d,), and its covariance in one of two forms."""

    count: int
    mean: Tensor
    covariance: Tensor | None = None  # (d, d)
    rows: Tensor | None = None  # (n, d) with covariance rowsᵀ rows, for n <= d

    @property
    def rank(self) -> int:
        """The highest that the covariance of so few samples can have."""
        return min(len(self.mean), self.count - 1)

    @property
    def trace(self) -> float:
        """Of the covariance."""
        if self.rows is not None:
            return float(self.rows.square().sum())
        return float(self.spread.trace())

    @property
    def spread(self) -> Tensor:
        """The covariance (d, d)."""
        if self.covariance is not None:
            return self.covariance
        assert self.rows is not None
        return self.rows.T @ self.rows


@dataclass(frozen=True)
class Frechet:
    """A distance `value` >= 0 and the `error` beyond which rounding cannot have moved it.

    Proof, with the unit roundoff u and γ = du / (1 - du): eigenvalues are computed exactly for a matrix that differs
    from FᵀS₂F by at most δ (the sum of what products, factor and eigenvalues may round, in the spectral norm), so by
    Weyl none moves by more than δ, and a root √λ by no more than min(√δ, δ / √λ). The traces are exact to γ.
    """

    value: float
    error: float


def gaussian_of(moments: Moments) -> Gaussian:
    """ValueError for fewer than two samples, or where a moment is not finite."""
    covariance = moments.covariance
    if not math.isfinite(float(covariance.sum() + moments.mean.sum())):
        raise ValueError("mean and covariance hold values that are not finite, so nothing can be measured with them")
    return Gaussian(moments.count, moments.mean, covariance=covariance)


def gaussian_of_rows(features: Tensor) -> Gaussian:
    """From features (n, d) of at least two samples. ValueError for fewer, or where one is not finite."""
    count, dims = features.shape
    if count > dims or count < 2:
        return gaussian_of(reduce(add, map(moments_of, features.split(ROWS))))
    rows = features.double()
    if not bool(torch.isfinite(rows).all()):
        raise ValueError("the features hold values that are not finite, so nothing can be measured with them")
    mean = rows.mean(0)
    return Gaussian(count, mean, rows=(rows - mean) / (count - 1) ** 0.5)


def between(one: Gaussian, other: Gaussian) -> Frechet:
    """The squared Fréchet distance. ValueError where dimensions differ."""
    if one.mean.shape != other.mean.shape:
        raise ValueError(f"features of {len(one.mean)} and of {len(other.mean)} dimensions cannot be compared")
    if (other.rows is not None, -other.rank) > (one.rows is not None, -one.rank):
        one, other = other, one
    gamma = len(one.mean) * UNIT / (1 - len(one.mean) * UNIT)
    factor = factor_of(one, gamma)
    matrix = crossed(factor, other)
    roots = torch.linalg.eigvalsh(matrix)[-min(one.rank, other.rank) :].clamp_min(0).sqrt()
    apart, traces = float((one.mean - other.mean).square().sum()), one.trace + other.trace
    size, total = one.trace, float(matrix.trace())
    if other.rows is not None:
        products = gamma * (total + 2 * (size * other.trace * max(total, 0.0)) ** 0.5)
    else:
        products = (2 * gamma * size + factor.doubt) * float(other.spread.norm())
    moved = products + 2 * gamma * total
    bounds = (moved / roots.clamp_min(1e-300)).clamp_max(moved**0.5)
    value = max(0.0, apart + traces - 2 * float(roots.sum()))
    return Frechet(value, 2 * float(bounds.sum()) + gamma * (apart + traces))


@dataclass(frozen=True)
class Factor:
    """`matrix` F (d, r) with FFᵀ a covariance up to `doubt`, in the spectral norm, from rounding."""

    matrix: Tensor
    doubt: float
    lower: bool = False
    """Whether it is a lower triangle."""


def factor_of(one: Gaussian, gamma: float) -> Factor:
    """Its rows where it has them, else its Cholesky factor, else what its eigenvectors give."""
    if one.rows is not None:
        return Factor(one.rows.T, 0.0)
    if one.rank == len(one.mean):
        factor, failed = torch.linalg.cholesky_ex(one.spread)
        if not int(failed):
            return Factor(factor, gamma * one.trace, lower=True)
    # Negative eigenvalues are rounding, and so is all that is beyond the known rank.
    values, vectors = torch.linalg.eigh(one.spread)
    kept = values[-one.rank :].clamp_min(0).sqrt()
    return Factor(vectors[:, -one.rank :] * kept, 4 * gamma * float(values.norm()))


def crossed(factor: Factor, other: Gaussian) -> Tensor:
    """FᵀSF (r, r) of a factor and the other's covariance S; what is above the diagonal may be left at 0."""
    if other.rows is not None:
        half = other.rows @ factor.matrix
        return half.T @ half
    if factor.lower:
        return squeezed(factor.matrix, other.spread)
    return factor.matrix.T @ (other.spread @ factor.matrix)


def squeezed(lower: Tensor, spread: Tensor) -> Tensor:
    """The lower triangle of LᵀSL, panel by panel without the zeros of L: a quarter of two whole products."""
    half, found = torch.zeros_like(spread), torch.zeros_like(spread)
    panels = [slice(start, min(start + PANEL, len(lower))) for start in range(0, len(lower), PANEL)]
    for panel in panels:
        half[panel.start :, panel] = spread[panel.start :, panel.start :] @ lower[panel.start :, panel]
    for panel in panels:
        found[panel, : panel.stop] = lower[panel.start :, panel].T @ half[panel.start :, : panel.stop]
    return found


def influences(features: Tensor, fake: Gaussian, real: Gaussian) -> Tensor:
    """How far each row of the fakes' features (n, d) pulls the distance, (n,) float64 with mean 0.

    The distance's derivative by the weight of the row, so that the mean over resampled rows is, to first order, what
    the distance of the resampled set differs by: a bootstrap without a matrix in it.
    """
    factor = factor_of(real, UNIT)
    values, vectors = torch.linalg.eigh(crossed(factor, fake))
    kept = values > values[-1].clamp_min(1e-300) * len(fake.mean) * UNIT
    kept[: len(kept) - min(fake.rank, real.rank)] = False
    # tr (S₁S₂)^½ grows by ½ tr T dS₂, where T = F U Λ^-½ Uᵀ Fᵀ takes the one Gaussian to the other.
    transport = factor.matrix @ (vectors[:, kept] * values[kept] ** -0.25)
    pulls = list[Tensor]()
    for part in features.split(ROWS):
        rows = part.double() - fake.mean
        linear = 2 * rows @ (fake.mean - real.mean)
        pulls.append(linear + rows.square().sum(1) - (rows @ transport).square().sum(1))
    found = torch.cat(pulls)
    return found - found.mean()


def frechet(a: Moments, b: Moments) -> float:
    """Fréchet distance of two sets from their moments. ValueError for fewer than two samples in one."""
    return between(gaussian_of(a), gaussian_of(b)).value


def frechet_of(features_a: Tensor, features_b: Tensor) -> float:
    """Fréchet distance of two sets of features (n, d) and (m, d), in Gram form where n <= d or m <= d."""
    return between(gaussian_of_rows(features_a), gaussian_of_rows(features_b)).value
