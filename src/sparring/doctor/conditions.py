"""What many rules ask: whether something lasts, and whether the samples are bad and stay so."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .case import Now
from .findings import Evidence, evidence_of
from .series import Numbers, Series

LASTING = 0.8
"""Share of a window that a condition must hold for."""
LOOKS = 3
"""Of a signal that is looked at now and then, at least so many of the newest values count."""
POOR_DISTANCE = 0.5
"""Beyond it samples are bad: the reals' variance is 1, and half-trained toys come well below."""
BETTER = 0.95
"""A distance that fell to this share of what it was is an improvement ..."""
LOST = 1.1
"""... unless it is back at so many times what it was before."""

CORRELATED = 12
"""Fewer pairs of numbers can agree by chance."""
BALANCED = {
    "minimax": 2 * math.log(2),
    "nonsaturating": 2 * math.log(2),
    "fgan_gan": 2 * math.log(2),
    "least_squares": 0.25,
    "least_squares_centred": 1.0,
    "hinge": 2.0,
    "random_hinge": 1.8,
    "relativistic": math.log(2),
    "relativistic_hinge": 1.0,
    "relativistic_average": math.log(2),
    "relativistic_average_hinge": 1.0,
    "relativistic_average_least_squares": 1.0,
}
"""The discriminator's loss where it cannot tell reals from fakes, for losses that have 0 where it always can.
Wasserstein's is 0, which is the aim there."""
BUGS = (
    "broken-updates",
    "generator-stands-still",
    "critic-stands-still",
    "wrong-sign",
    "double-sigmoid",
    "batch-norm-leak",
    "label-noise",
)
"""Rules about mistakes that make everything else go wrong too."""

AGAINST_DOMINATION = (
    "own-settings",
    "nonsaturating",
    "r1",
    "spectral-norm",
    "fewer-critic-steps",
    "lower-critic-rate",
    "raise-generator-rate",
    "larger-r1",
    "wgan-gp",
    "least-squares",
    "relativistic-r1-r2",
    "instance-noise",
    "label-smoothing",
    "critic-dropout",
    "smaller-critic",
)
"""Names of remedies against a discriminator that wins, the first to try first."""


def lately(series: Series, now: Now) -> Series:
    """The window, or the newest looks where it holds fewer."""
    return series.since(now.start, least=LOOKS)


def stays_above(series: Series, now: Now, bound: float) -> bool:
    return lately(series, now).above(bound) >= LASTING


def stays_below(series: Series, now: Now, bound: float) -> bool:
    return lately(series, now).below(bound) >= LASTING


def growth(series: Series, now: Now) -> float:
    """Median of the window over that of the window before it; 1 where too little is known, or nothing above 0."""
    recent = series.since(now.start - now.window, least=2 * LOOKS).finite()
    if len(recent) < 2 * LOOKS:
        return 1.0
    early = recent.rounds <= (recent.rounds[0] + recent.rounds[-1]) / 2
    before, after = recent.where(early).median, recent.where(~early).median
    return after / before if before > 0 else 1.0


def nearness(distance: Series | None, raw: Series | None) -> Series | None:
    """The distance of the weights that learn: an average may lag far behind."""
    return distance if raw is None else raw


def course(now: Now, distance: Series | None, raw: Series | None = None) -> Literal["better", "no better", "unknown"]:
    """Whether samples came closer to the real ones within two windows than ever before, and have stayed there."""
    series = nearness(distance, raw)
    if series is None:
        return "unknown"
    recent = series.since(now.start - now.window, least=LOOKS + 1)
    before = series.where(series.rounds < recent.rounds[0])
    if len(before) < 2:
        return "unknown"
    reached, best = lately(series, now).median, least(before)
    return "better" if least(recent) < BETTER * best and reached < LOST * best else "no better"


def least(series: Series) -> float:
    """The smallest median of three values in a row, so that one lucky look does not count; of fewer, of them all."""
    values = series.finite().values
    if len(values) < LOOKS:
        return series.median
    return float(np.median(np.lib.stride_tricks.sliding_window_view(values, LOOKS), axis=1).min())


def poor(now: Now, distance: Series | None, raw: Series | None = None) -> bool:
    """Whether samples are known to be bad."""
    series = nearness(distance, raw)
    return series is not None and stays_above(series, now, POOR_DISTANCE)


def failing(now: Now, distance: Series | None, raw: Series | None = None) -> bool:
    """Whether samples are known to be bad and not to become better."""
    return poor(now, distance, raw) and course(now, distance, raw) == "no better"


def learning(now: Now, distance: Series | None, raw: Series | None = None) -> bool:
    """Whether samples are known to be good, or to become better."""
    known = nearness(distance, raw) is not None
    return known and (not poor(now, distance, raw) or course(now, distance, raw) == "better")


def fine(now: Now, distance: Series | None, raw: Series | None = None) -> bool:
    """Whether samples are looked at and not known to fail: who is still young gets the benefit of the doubt."""
    return nearness(distance, raw) is not None and not failing(now, distance, raw)


def looks(now: Now, distance: Series | None, raw: Series | None = None) -> tuple[Evidence, ...]:
    """How bad the samples are, as evidence."""
    series = nearness(distance, raw)
    if series is None:
        return ()
    name = "distance" if raw is None else "distance_raw"
    return (evidence_of(name, series, lately(series, now).median, POOR_DISTANCE, "above"),)


def correlation(one: Numbers, other: Numbers) -> float:
    """Of two rows of numbers, -1..1, where both are known; 0 where there are too few, or one of them hardly varies."""
    known = np.isfinite(one) & np.isfinite(other)
    a, b = one[known], other[known]
    if known.sum() < CORRELATED or any(row.std() <= 1e-9 * max(1e-9, np.abs(row).max()) for row in (a, b)):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
