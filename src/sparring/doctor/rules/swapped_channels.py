"""Red and blue of the fakes are exchanged against the reals: a mistake in reading or in saving."""

from __future__ import annotations

from ..case import Now
from ..conditions import lately
from ..findings import Claim, evidence_of
from ..looks import GAP, lies, settled
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
"""Share of the run: before, a tint may be anything."""
SWAPPED = 0.7
"""Gap with red and blue exchanged over that without. Samples that are merely pale are no better off with it."""


def swapped_channels(now: Now, channel_gap: Series, swapped_gap: Series) -> Claim | None:
    gap, after = lies("channel_gap", channel_gap, now, "above", GAP), lately(swapped_gap, now).median
    if not gap or not settled(now, SETTLED) or not after < SWAPPED * gap.value:
        return None
    return Claim((gap, evidence_of("swapped_gap", swapped_gap, after, SWAPPED * gap.value, "below")))


SWAPPED_CHANNELS = Rule(
    id="swapped-channels",
    severity="alarm",
    title="Red and blue are exchanged",
    sentence=(
        "The colours of samples fit the training images much better once red and blue are exchanged: somewhere images "
        "are read or saved as BGR. The network learns the wrong colours faithfully."
    ),
    refute="Samples whose colours look right, or data with hardly any colour.",
    remedies=("data-fix", "code-fix"),
    check=swapped_channels,
    consequence_of=("complete-collapse", "rotating-collapse", "noise-ignored"),
)
