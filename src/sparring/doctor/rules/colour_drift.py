"""Colours of the fakes are not those of the reals, on average or in contrast."""

from __future__ import annotations

from ..case import Now, Setup
from ..findings import Claim
from ..looks import EDGE, GAP, PLAYERS, READING, above, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.3
"""Share of the run: slow generators begin grey."""
LATE = 0.5
"""Share of the run from which a large gap means failure."""
FAR = 0.3
"""Gap between the means of a channel where nobody could overlook it."""
CONTRAST = (0.8, 1.25)
"""Standard deviation of a channel over the reals'."""


def colour_drift(
    setup: Setup,
    now: Now,
    channel_gap: Series,
    border_gap: Series | None = None,
    contrast: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.points or not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    gap = stays("channel_gap", channel_gap, now, "above", GAP)
    low = stays("contrast", contrast, now, "below", CONTRAST[0])
    high = stays("contrast", contrast, now, "above", CONTRAST[1])
    found = tuple(one for one in (gap, low, high) if one)
    if not found:
        return None
    failing = settled(now, LATE) and above(channel_gap, now, FAR) and not above(border_gap, now, EDGE)
    return Claim(found, severity="alarm" if failing else "warning")


COLOUR_DRIFT = Rule(
    id="colour-drift",
    severity="warning",
    title="The colours are off",
    sentence=(
        "Samples are darker, brighter, paler or harsher than the training images. Usually images are prepared in "
        "two different ways, batch normalisation behaves differently in training, or an augmentation of colours "
        "has leaked into the samples."
    ),
    refute="Colours that come nearer from look to look: a young generator gets them right before anything else.",
    remedies=("fix-range", "data-fix", "ema", "lower-generator-rate", "r1"),
    check=colour_drift,
    consequence_of=(*PLAYERS, *READING, "complete-collapse", "rotating-collapse"),
)
