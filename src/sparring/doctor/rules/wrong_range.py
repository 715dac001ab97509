"""Images in another range than [-1, 1]: the generator's tanh cannot reach them, or learns half of its range."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import lately
from ..findings import Claim, evidence_of
from ..looks import GAP, lies, settled
from ..rule import Rule
from ..series import Series

LARGEST = 1.05
HALVED = 0.5
"""Gap between colours with fakes taken from [0, 1] to [-1, 1] over that without."""
SMALLEST = 0.6
"""Largest value in size: below, the data were divided twice, or by the wrong number."""


def wrong_range(
    setup: Setup,
    now: Now,
    range_real: Series,
    channel_gap: Series | None = None,
    halved_gap: Series | None = None,
) -> Claim | None:
    size = range_real.median
    if setup.points:
        return None
    if size > LARGEST:
        return Claim((evidence_of("range_real", range_real, size, LARGEST, "above"),))
    if size < SMALLEST:
        return Claim((evidence_of("range_real", range_real, size, SMALLEST, "below"),))
    if channel_gap is None or halved_gap is None or not settled(now):
        return None
    gap, after = lies("channel_gap", channel_gap, now, "above", GAP), lately(halved_gap, now).median
    if not gap or not after < HALVED * gap.value:
        return None
    return Claim((gap, evidence_of("halved_gap", halved_gap, after, HALVED * gap.value, "below")))


WRONG_RANGE = Rule(
    id="wrong-range",
    severity="alarm",
    title="Images are in the wrong range",
    sentence=(
        "The networks are not shown images in [-1, 1], which is what the generator's last layer makes: what is "
        "larger can never be matched, and what was scaled to [0, 1] teaches it to be too bright and too pale."
    ),
    refute="A generator whose last layer was made for this range on purpose.",
    remedies=("fix-range", "data-fix", "code-fix"),
    check=wrong_range,
    early=True,
)
