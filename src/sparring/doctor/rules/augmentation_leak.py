"""Traces of augmentation in samples: edges of shifts, flat squares of cut-outs."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS
from ..findings import Claim
from ..looks import EDGE, READING, above, lies, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.25
BLANK = 0.2
"""Share of fakes with a flat grey square, beyond that of reals ..."""
LATE = 0.5
"""... from this share of the run on: young generators make grey squares by themselves."""
POOR = 0.1
"""Quality below which samples differ from reals everywhere, edges included ..."""
LASTING_EDGE = 2.0
"""... but where edges come no nearer to the reals' either, they are what is learned."""


def augmentation_leak(
    setup: Setup,
    now: Now,
    blank_share: Series | None = None,
    border_gap: Series | None = None,
    quality: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.points or not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    lasting = stays("border_gap", border_gap, now, "above", LASTING_EDGE) if settled(now, LATE) else None
    if not lasting and quality is not None and not above(quality, now, POOR):
        return None
    edge = lasting or lies("border_gap", border_gap, now, "above", EDGE)
    blank = stays("blank_share", blank_share, now, "above", BLANK) if edge or settled(now, LATE) else None
    found = tuple(one for one in (edge, blank) if one)
    return Claim(found) if found else None


AUGMENTATION_LEAK = Rule(
    id="augmentation-leak",
    severity="warning",
    title="Traces of augmentation are in the samples",
    sentence=(
        "Samples have the blank squares or the shifted edges that augmentation puts into images. The generator learns "
        "them when only real images are augmented, or when the augmentation is so strong that it looks normal."
    ),
    refute="Training images with such squares or edges of their own, as frames and letterboxes are.",
    remedies=("code-fix", "ada", "diffaugment", "data-fix"),
    check=augmentation_leak,
    consequence_of=(*BUGS, *READING, "complete-collapse", "critic-not-working", "losses-diverge", "oscillation"),
)
