"""A grid of the finest frequencies in the fakes (spec: power there against frequencies nearby, over the reals')."""

from __future__ import annotations

from ..case import Now
from ..findings import Claim
from ..looks import PLAYERS, READING, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.25
"""Share of the run: young generators have a grid, whichever way they enlarge."""
POWER = 3.0


def checkerboard_rule(
    now: Now,
    checkerboard: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    found = stays("checkerboard", checkerboard, now, "above", POWER)
    return Claim((found,)) if found else None


CHECKERBOARD = Rule(
    id="checkerboard",
    severity="warning",
    title="A checkerboard lies over the samples",
    sentence=(
        "Samples carry a fine regular grid that real images do not have. Transposed convolutions whose kernel is no "
        "multiple of their stride paint some pixels more often than their neighbours, and training has to fight it."
    ),
    refute="A magnified sample without a grid, or training images that have such a pattern (woven cloth, scans).",
    remedies=("resize-convolution", "r1", "code-fix"),
    check=checkerboard_rule,
    consequence_of=(*PLAYERS, *READING, "complete-collapse", "rotating-collapse"),
)
