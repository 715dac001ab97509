"""Conditions on what is looked at now and then: they hold when the newest looks all say so, not when one does.

Some are shared by rules about samples, so that one illness is told once: what makes one rule speak is what keeps
another silent.
"""

from __future__ import annotations

from typing import Literal

from .case import Now
from .conditions import BUGS, LOOKS, lately
from .findings import Evidence, evidence_of
from .series import Series

AGREE = 0.8
"""Share of the newest looks that a verdict rests on."""
SETTLED = 0.1
"""Before this share of the run, samples of a healthy run may look like anything."""
SPAN = 0.15
"""Share of the run whose looks the newest ones are held against ..."""
NEARER = 0.85
"""... and how far beyond the bound they then lie, against before: below, the run mends itself."""
COLLAPSED = 0.3
"""Of the reals' diversity: below, fakes are practically one sample (the alarm of the detectors of collapse)."""
BY_NOISE = 0.3
"""Effect of the noise over the diversity of all fakes: below, labels make nearly all of the difference."""
STALE = 1.5
"""Distance of the averaged weights' samples over that of the weights themselves: above, the average lags behind."""
SEEN = 0.05
"""Difference of distances that anybody sees; the reals' variance is 1."""
OFTEN = 5.0
"""Share of fakes in one region over that of reals: above, one region of a dozen or two holds most."""
GAP = 0.1
"""Between the means of a channel, in [-1, 1]: above, anybody sees it."""
SWAPPED = 0.7
"""Gap with red and blue exchanged over that without. Samples that are merely pale are no better off with it."""
HALVED = 0.5
"""The same for fakes taken from [0, 1] to [-1, 1]."""
EDGE = 5.0
"""Difference along the edges of images, in standard deviations: above, as if images were shifted or framed."""
IDLE = 0.99
"""Share of the generator's weights that are not told where to go."""
CHANGES = 0.5
"""Share of looks at which another region dominates than at the look before."""

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


def collapsed(now: Now, diversity: Series | None) -> bool:
    """Whether all fakes are practically one, which explains whatever else is wrong with samples."""
    return below(diversity, now, COLLAPSED)


def noiseless(now: Now, noise_effect: Series | None, diversity: Series | None) -> bool:
    """Whether what little differs between fakes comes from their labels, and hardly anything from the noise."""
    if noise_effect is None or diversity is None:
        return False
    return lately(noise_effect, now).median < BY_NOISE * lately(diversity, now).median


def stale(now: Now, distance: Series | None, distance_raw: Series | None, ratio: float = STALE) -> bool:
    """Whether the averaged weights lag behind, so that their samples say little about the training."""
    return distance_raw is not None and above(distance, now, lagging(lately(distance_raw, now).median, ratio))


def lagging(raw: float, ratio: float = STALE) -> float:
    """The distance above which an average lags, by that of the weights themselves."""
    return max(ratio * raw, raw + SEEN)


def before(series: Series, now: Now, span: float = SPAN) -> Series:
    """The looks of the last part of the run, this share of it, that the newest ones are held against."""
    return series.where(series.rounds < lately(series, now).rounds[0]).since(now.rounds - span * now.planned).finite()


def idle(now: Now, generator_still: Series | None, generator_update: Series | None) -> bool:
    """Whether the generator does not learn at all, so that its samples are what they were."""
    return above(generator_still, now, IDLE) or below(generator_update, now, 1e-12)


def rotates(now: Now, dominant_share: Series | None, dominant_region: Series | None) -> bool:
    """Whether one kind of sample dominates at each look, but not the same."""
    if dominant_region is None or not above(dominant_share, now, OFTEN):
        return False
    looks = dominant_region.since(now.start, least=LOOKS + 1).finite().values
    return len(looks) > LOOKS and float((looks[1:] != looks[:-1]).mean()) >= CHANGES


def swapped(now: Now, channel_gap: Series | None, swapped_gap: Series | None) -> bool:
    """Whether exchanging red and blue explains much of a large gap between colours."""
    return explained(now, channel_gap, swapped_gap, SWAPPED)


def halved(now: Now, channel_gap: Series | None, halved_gap: Series | None) -> bool:
    """Whether images in [0, 1] explain much of a large gap between colours."""
    return explained(now, channel_gap, halved_gap, HALVED)


def miscoloured(now: Now, channel_gap: Series | None, swapped_gap: Series | None, halved_gap: Series | None) -> bool:
    """Whether a mistake in reading images explains why fakes are unlike the reals."""
    return swapped(now, channel_gap, swapped_gap) or halved(now, channel_gap, halved_gap)


def explained(now: Now, channel_gap: Series | None, repaired: Series | None, share: float) -> bool:
    """Whether no more than this share of a large gap is left after a repair."""
    if channel_gap is None or repaired is None or not above(channel_gap, now, GAP):
        return False
    return lately(repaired, now).median < share * lately(channel_gap, now).median
