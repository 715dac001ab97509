"""Fakes are copies of training images: nearer to them than to images never seen (notes N15; no distance shows it)."""

from __future__ import annotations

from ..case import Now, Setup
from ..findings import Claim
from ..looks import lies, settled
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
COPIES = 0.85
"""Distance to the nearest training image over that from held-out ones, 1 to 2 in healthy runs of minutes."""
MOSTLY = 0.4
"""... and where most fakes are near copies."""
TWICE = 0.1
"""Share of fakes with a near copy among 200: beyond, the same images come again and again."""
GOOD = 0.3
"""Quality above which samples look like data at all."""


def memorising_generator(
    setup: Setup, now: Now, copying: Series, quality: Series, duplicates: Series | None = None
) -> Claim | None:
    if setup.points:  # they are drawn anew for ever
        return None
    near = lies("copying", copying, now, "below", COPIES)
    good = lies("quality", quality, now, "above", GOOD)
    if not near or not good or not settled(now, SETTLED):
        return None
    twice = lies("duplicates", duplicates, now, "above", TWICE)
    severe = near.value < MOSTLY or twice is not None
    return Claim((near, good, twice) if twice else (near, good), severity="alarm" if severe else "warning")


MEMORISING_GENERATOR = Rule(
    id="memorising-generator",
    severity="warning",
    title="The generator copies training images",
    sentence=(
        "Samples lie much nearer to the images it was trained on than to images of the same kind that it has never "
        "seen: it repeats them by heart instead of making new ones. Quality scores look excellent, for copies "
        "are perfect; this is common with few training images."
    ),
    refute="Nearest training images that look different from the samples beside them, or near copies among the data.",
    remedies=("more-data", "flip", "ada", "diffaugment", "stop-early", "smaller-generator", "lecam", "larger-r1"),
    check=memorising_generator,
    consequence_of=("complete-collapse", "rotating-collapse"),
)
