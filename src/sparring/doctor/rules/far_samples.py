"""Samples are nothing like the data, and do not come nearer, although losses may look ideal (F3, F4 of the ward)."""

from __future__ import annotations

from ..case import Now
from ..findings import Claim
from ..looks import PLAYERS, READING, before, lies, settled, stale
from ..rule import Rule
from ..series import Series

SETTLED = 0.25
LATE = 0.7
"""Share of the run from which it is failing rather than slow ..."""
LOST = 1.0
"""... at the distance of copies of the data's mean: such samples have learnt nothing."""
FAR = 0.5
"""Distance; the reals' variance is 1."""
POOR = 0.1
"""Quality, and coverage, below which hardly any sample is a real one's neighbour."""
IMPROVES = 0.85
"""Distance over that of the looks before: below, samples come nearer."""


def far_samples(
    now: Now,
    distance: Series,
    quality: Series | None = None,
    coverage: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    far = lies("distance", distance, now, "above", FAR)
    poor = lies("quality", quality, now, "below", POOR)
    few = lies("coverage", coverage, now, "below", POOR)
    earlier = before(distance, now)
    if not far or not (poor or few) or not len(earlier) or far.value < IMPROVES * earlier.median:
        return None
    found = tuple(one for one in (far, poor, few) if one)
    return Claim(found, severity="alarm" if settled(now, LATE) and far.value > LOST else "warning")


FAR_SAMPLES = Rule(
    id="far-samples",
    severity="warning",
    title="Samples are nothing like the data",
    sentence=(
        "Hardly any sample lies near a real one, and samples do not come nearer, whatever the losses look like. Losses "
        "only tell how the players stand against each other: two weak players are balanced as well."
    ),
    refute="Samples that resemble the data to your eye, or a distance that falls again.",
    remedies=(
        "own-settings",
        "default-rates",
        "raise-critic-rate",
        "lower-generator-rate",
        "wider-critic",
        "remove-noise",
        "smaller-penalty",
        "more-critic-steps",
        "r1",
        "code-fix",
    ),
    check=far_samples,
    consequence_of=(*PLAYERS, *READING, "complete-collapse", "rotating-collapse", "noise-ignored", "colour-drift"),
)
