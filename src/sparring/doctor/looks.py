"""Conditions on what is looked at now and then: they hold when the newest looks all say so, not when one does.

No rule about samples is silent because another one might speak: what follows from an alarm is only told more quietly,
through `Rule.consequence_of`. An average that lags is the exception, since its own rule asks the very same.
"""

from __future__ import annotations

from typing import Literal

from .case import Now
from .conditions import BUGS, LOOKS, POOR_DISTANCE, failing, lately, nearness
from .findings import Evidence, evidence_of
from .series import Series

AGREE = 0.8
"""Share of the newest looks that a verdict rests on."""
SETTLED = 0.1
"""Before this share of the run, samples of a healthy run may look like anything."""
YOUNG = 0.2
"""Share of the run in which healthy samples come nearer to the reals from look to look."""
SPAN = 0.15
"""Share of the run whose looks the newest ones are held against ..."""
NEARER = 0.85
"""... and how far beyond the bound they then lie, against before: below, the run mends itself."""
STALE = 1.5
"""Distance of the averaged weights' samples over that of the weights themselves: above, the average lags behind."""
SEEN = 0.05
"""Difference of distances that anybody sees; the reals' variance is 1."""
OFTEN = 5.0
"""Share of fakes in one region over that of reals: above, one region of a dozen or two holds most."""
GAP = 0.1
"""Between the means of a channel, in [-1, 1]: above, anybody sees it."""
EDGE = 5.0
"""Difference along the edges of images, in standard deviations: above, as if images were shifted or framed."""

READING = ("wrong-range", "swapped-channels")
"""Rules about mistakes in reading images, which spoil all that is said of samples."""
PLAYERS = (
    *BUGS,
    "critic-not-working",
    "critic-overfits",
    "critic-too-strong",
    "dead-clipped-critic",
    "losses-diverge",
    "oscillation",
    "penalty-too-strong",
    "updates-too-large",
    "updates-too-small",
    "vanishing-gradient",
)
"""Rules about players whose alarms explain why samples are bad, though not in which way."""


def settled(now: Now, share: float = SETTLED) -> bool:
    """Whether the run is old enough for verdicts about samples."""
    return now.rounds >= share * now.planned


def below(series: Series | None, now: Now, bound: float) -> bool:
    """Whether the newest looks lie below a bound; never where there are too few."""
    looks = lately(series, now) if series else None
    return looks is not None and len(looks) >= LOOKS and looks.below(bound) >= AGREE


def above(series: Series | None, now: Now, bound: float) -> bool:
    """Whether the newest looks lie above a bound; never where there are too few."""
    looks = lately(series, now) if series else None
    return looks is not None and len(looks) >= LOOKS and looks.above(bound) >= AGREE


def lies(
    signal: str, series: Series | None, now: Now, side: Literal["above", "below"], bound: float
) -> Evidence | None:
    """The median of the newest looks as evidence, where they lie on this side of a bound."""
    if series is None or not (above if side == "above" else below)(series, now, bound):
        return None
    return evidence_of(signal, series, lately(series, now).median, bound, side)


def stays(
    signal: str, series: Series | None, now: Now, side: Literal["above", "below"], bound: float
) -> Evidence | None:
    """The same, where the newest looks are also hardly nearer to the bound than those before: it gets no better."""
    found = lies(signal, series, now, side, bound)
    if series is None or not found:
        return None
    earlier = before(series, now)
    excess = (found.value - bound, earlier.median - bound)
    late, early = (max(0.0, one if side == "above" else -one) for one in excess)
    return found if len(earlier) and late >= NEARER * early else None


def hopeless(now: Now, distance: Series | None, raw: Series | None = None) -> bool:
    """Whether samples are known to be bad and not to become better, or, in a young run, not to begin to."""
    series = nearness(distance, raw)
    stuck = settled(now, YOUNG) and stays("distance", series, now, "above", POOR_DISTANCE)
    return bool(stuck) or failing(now, distance, raw)


def stale(now: Now, distance: Series | None, distance_raw: Series | None, ratio: float = STALE) -> bool:
    """Whether the averaged weights lag behind, so that their samples say little about the training."""
    return distance_raw is not None and above(distance, now, lagging(lately(distance_raw, now).median, ratio))


def lagging(raw: float, ratio: float = STALE) -> float:
    """The distance above which an average lags, by that of the weights themselves."""
    return max(ratio * raw, raw + SEEN)


def before(series: Series, now: Now, span: float = SPAN) -> Series:
    """The looks that the newest ones are held against: of this share of the run just before them."""
    first = lately(series, now).rounds[0]
    return series.where(series.rounds < first).since(first - span * now.planned).finite()
