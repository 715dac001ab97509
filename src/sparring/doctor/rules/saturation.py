"""Far more values of the fakes lie at the ends of the range than of the reals."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import LOOKS, lately
from ..findings import Claim, evidence_of
from ..looks import PLAYERS, READING, settled, stale
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
BEYOND = 0.15
"""Share of values beyond that of the reals: photos rarely have more at all, drawings do."""


def saturation(
    setup: Setup,
    now: Now,
    saturated: Series,
    saturated_real: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.points or not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    bound = saturated_real.median + BEYOND
    looks = lately(saturated, now)
    if len(looks) < LOOKS or looks.above(bound) < 1:
        return None
    return Claim((evidence_of("saturated", saturated, looks.median, bound, "above"),))


SATURATION = Rule(
    id="saturation",
    severity="warning",
    title="Samples are burnt out",
    sentence=(
        "Many more pixels than in real images are pure black or pure white. There the generator's last "
        "layer is flat, so hardly any gradient comes through and those pixels cannot be repaired."
    ),
    refute="Training images that were clipped in the same way but are not among those looked at.",
    remedies=("fix-range", "default-rates", "lower-generator-rate", "r1"),
    check=saturation,
    consequence_of=(*PLAYERS, *READING, "complete-collapse", "rotating-collapse"),
)
