"""Samples are nothing like the data, and do not come nearer, although losses may look ideal (F3, F4 of the ward)."""

from __future__ import annotations

from ..case import Now
from ..findings import Claim
from ..looks import PLAYERS, READING, collapsed, idle, lies, miscoloured, rotates, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.25
LOST = 1.0
"""Distance of copies of the data's mean: samples that are no nearer have learnt nothing."""
LATE = 0.7
"""Share of the run from which it is failing rather than slow."""
FAR = 0.5
"""Distance; the reals' own spread is 1."""
POOR = 0.1
"""Share of fakes that lie among real samples."""


def far_samples(
    now: Now,
    distance: Series,
    quality: Series,
    distance_raw: Series | None = None,
    generator_still: Series | None = None,
    generator_update: Series | None = None,
    diversity: Series | None = None,
    dominant_share: Series | None = None,
    dominant_region: Series | None = None,
    channel_gap: Series | None = None,
    swapped_gap: Series | None = None,
    halved_gap: Series | None = None,
) -> Claim | None:
    if not settled(now, SETTLED) or collapsed(now, diversity) or stale(now, distance, distance_raw):
        return None
    if rotates(now, dominant_share, dominant_region) or miscoloured(now, channel_gap, swapped_gap, halved_gap):
        return None
    if idle(now, generator_still, generator_update):
        return None
    far = stays("distance", distance, now, "above", FAR)
    poor = lies("quality", quality, now, "below", POOR)
    if not far or not poor:
        return None
    return Claim((far, poor), severity="alarm" if settled(now, LATE) and far.value > LOST else "warning")


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
