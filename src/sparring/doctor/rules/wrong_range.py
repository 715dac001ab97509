"""Images in another range than [-1, 1]: the generator's tanh cannot reach them, or learns half of its range."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import lately
from ..findings import Claim, evidence_of
from ..looks import GAP, HALVED, collapsed, halved, lies, settled
from ..rule import Rule
from ..series import Series

LARGEST = 1.05
SMALLEST = 0.6
"""Largest value in size: below, the data were divided twice, or by the wrong number."""


def wrong_range(
    setup: Setup,
    now: Now,
    range_real: Series,
    channel_gap: Series | None = None,
    halved_gap: Series | None = None,
    diversity: Series | None = None,
) -> Claim | None:
    size = range_real.median
    if setup.points:
        return None
    if size > LARGEST:
        return Claim((evidence_of("range_real", range_real, size, LARGEST, "above"),))
    if size < SMALLEST:
        return Claim((evidence_of("range_real", range_real, size, SMALLEST, "below"),))
    if channel_gap is None or halved_gap is None or not settled(now) or collapsed(now, diversity):
        return None
    gap = lies("channel_gap", channel_gap, now, "above", GAP)
    if not gap or not halved(now, channel_gap, halved_gap):
        return None
    return Claim(
        (gap, evidence_of("halved_gap", halved_gap, lately(halved_gap, now).median, HALVED * gap.value, "below"))
    )


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
