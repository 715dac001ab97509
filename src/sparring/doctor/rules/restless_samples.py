"""Samples from the same noise change beyond recognition between looks, and do not come to rest."""

from __future__ import annotations

import numpy as np

from ..case import Now
from ..findings import Claim, evidence_of
from ..looks import PLAYERS, READING, lies, settled
from ..rule import Rule
from ..series import Series

SETTLED = 0.25
"""Share of the run in which healthy samples still find their form."""
MOVED = 0.5
"""Movement from one look to the next over the distance between two reals: half-way to an unrelated sample."""
SHRINKS = 0.8
"""Movement over that of the looks before: below, samples come to rest."""
POOR = 0.3
"""Quality below which samples are bad."""
APART = 0.5
"""Thousands of rounds between looks: farther apart, healthy samples have become unrelated too."""
FEW = 6
"""Looks, of which the newer half is held against the older one."""


def restless_samples(
    now: Now,
    movement: Series,
    quality: Series,
) -> Claim | None:
    if not settled(now, SETTLED):
        return None
    poor = lies("quality", quality, now, "below", POOR)
    looks = movement.since(now.rounds - 2 * now.window, least=FEW).finite()
    if not poor or len(looks) < FEW:
        return None
    gaps = np.diff(looks.rounds) / 1000
    if float(np.median(gaps)) > APART:
        return None
    moved = looks.values[1:] * gaps  # movement is told per 1,000 rounds
    half = len(moved) // 2
    older, newer = float(np.median(moved[:half])), float(np.median(moved[half:]))
    if newer < MOVED or newer < SHRINKS * older:
        return None
    return Claim(
        (
            evidence_of("movement", movement, newer / float(np.median(gaps)), MOVED / float(np.median(gaps)), "above"),
            poor,
        )
    )


RESTLESS_SAMPLES = Rule(
    id="restless-samples",
    severity="warning",
    title="Samples never come to rest",
    sentence=(
        "The same noise gives quite another sample at each look, and samples stay poor: the generator is thrown "
        "about instead of improving. Usually its steps are too large for what the discriminator can follow."
    ),
    refute="Samples that improve while they change, or changes that become smaller over the next looks.",
    remedies=(
        "own-settings",
        "default-rates",
        "lower-rates",
        "lower-momentum",
        "r1",
        "ema",
        "more-critic-steps",
        "relativistic-r1-r2",
    ),
    check=restless_samples,
    consequence_of=(*PLAYERS, *READING, "complete-collapse", "rotating-collapse"),
)
