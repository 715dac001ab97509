"""How far a share or a mean may lie from the truth, for want of samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor

NORMAL = 1.959963984540054
"""Deviations that hold 95% of a normal distribution."""


def share_bounds(hits: int, count: int) -> tuple[float, float]:
    """The 95% interval of a share of which `hits` of `count` were seen (Wilson 1927); inside [0, 1] always."""
    if not 0 <= hits <= count or not count:
        raise ValueError(f"{hits} of {count} is no share")
    share, doubt = hits / count, NORMAL**2 / count
    middle = (share + doubt / 2) / (1 + doubt)
    reach = NORMAL / (1 + doubt) * math.sqrt(share * (1 - share) / count + doubt / (4 * count))
    # Rounding may put a bound on the wrong side of the share.
    return max(0.0, min(middle - reach, share)), min(1.0, max(middle + reach, share))


def mean_bounds(values: Tensor) -> tuple[float, float]:
    """The 95% interval of the mean of independent values (n,); the mean itself where there is but one."""
    mean = float(values.double().mean())
    if len(values) < 2:
        return mean, mean
    reach = NORMAL * float(values.double().std()) / math.sqrt(len(values))
    return mean - reach, mean + reach


def around(value: float, again: Tensor) -> tuple[float, float]:
    """The 95% basic bootstrap interval of a number that is never negative, from its values in resamples (n,).

    Resamples overstate a divergence as much as the sample itself does; mirrored about the value they allow for it.
    """
    low, high = (float(one) for one in again.quantile(torch.tensor([0.025, 0.975], dtype=again.dtype)))
    return max(0.0, min(2 * value - high, value)), max(2 * value - low, value)
