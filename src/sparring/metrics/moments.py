"""Mean and covariance of rows that come in batches, without keeping the rows."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Moments:
    """Of a set of vectors: `mean` (d,) and `scatter` (d, d), the sum of outer products about the mean, float64."""

    count: int
    mean: Tensor
    scatter: Tensor

    @property
    def covariance(self) -> Tensor:
        """(d, d) with n - 1 in the denominator. ValueError for fewer than two rows."""
        if self.count < 2:
            raise ValueError(f"a covariance needs at least two samples, and there are {self.count}")
        return self.scatter / (self.count - 1)

    def __add__(self, other: Moments) -> Moments:
        """Of both sets together; exact up to rounding in any order (Chan et al. 1983)."""
        count = self.count + other.count
        if not self.count or not other.count:
            return other if not self.count else self
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.count / count)
        both = self.scatter + other.scatter + torch.outer(apart, apart) * (self.count * other.count / count)
        return Moments(count, mean, both)


def moments_of(rows: Tensor) -> Moments:
    """Of rows (n, d), n >= 0. ValueError where one is not finite."""
    rows = rows.double()
    if not bool(torch.isfinite(rows).all()):
        raise ValueError("the features hold values that are not finite, so nothing can be measured with them")
    if not len(rows):
        return Moments(0, rows.new_zeros(rows.shape[1]), rows.new_zeros(rows.shape[1], rows.shape[1]))
    mean = rows.mean(0)
    apart = rows - mean
    return Moments(len(rows), mean, apart.T @ apart)
