"""How sure a number is: intervals by resampling, and by repeating."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

RESAMPLES = 1000
AT_ONCE = 1 << 22  # draws held in memory


class Interval(NamedTuple):
    """From `low` to `high`, and `about`: what it is an interval of, in words."""

    low: float
    high: float
    about: str


def bootstrap(values: Tensor, over: str, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """95% percentile interval of the mean of `values` (n,), which belong to samples called `over` (Efron 1979).

    Equal for equal seeds, and for values in any order; NaN at both ends for fewer than two values.
    """
    about = f"95% bootstrap over {over}, {resamples} resamples"
    if len(values) < 2:
        return Interval(math.nan, math.nan, about)
    ordered, count = values.double().sort().values, len(values)
    dice = torch.Generator().manual_seed(seed)
    means, at_once = list[Tensor](), max(1, AT_ONCE // count)
    for start in range(0, resamples, at_once):
        shape = (min(at_once, resamples - start), count)
        means.append(ordered[torch.randint(count, shape, generator=dice)].mean(1))
    low, high = torch.cat(means).quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    return Interval(low, high, about)


def repeats(values: Tensor, of: str) -> Interval:
    """Mean minus and plus one standard deviation (over n, as the field reports it) of `values` (n,) of repeats."""
    deviation, mean = torch.std_mean(values.double(), correction=0)
    return Interval(
        float(mean - deviation), float(mean + deviation), f"mean ± standard deviation over {len(values)} {of}"
    )
