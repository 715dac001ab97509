"""Fakes do not look like the label that was asked for, and the discriminator cannot teach them to."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS
from ..findings import Claim
from ..looks import above, lies, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
LATE = 0.5
"""Share of the run from which labels without a meaning are an alarm, and those with one should have been learnt."""
BEYOND_CHANCE = 0.15
"""Of the way from chance to what real samples reach: below, labels have no effect that people would see."""
SENSE = 0.07
"""How much higher logits are with right labels, in standard deviations: below, they mean nothing to it."""
GOOD = 0.3
"""Quality from which samples look like something, so that they should look like what was asked for."""


def labels_ignored(
    setup: Setup,
    now: Now,
    class_agreement: Series,
    label_sense: Series | None = None,
    quality: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.classes < 2 or not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    found = stays("class_agreement", class_agreement, now, "below", BEYOND_CHANCE)
    if not found:
        return None
    senseless = lies("label_sense", label_sense, now, "below", SENSE)
    if senseless:
        return Claim((found, senseless), severity="alarm" if settled(now, LATE) else "warning")
    return Claim((found,), severity="warning") if settled(now, LATE) and above(quality, now, GOOD) else None


LABELS_IGNORED = Rule(
    id="labels-ignored",
    severity="alarm",
    title="Labels have no effect",
    sentence=(
        "Asked for one class, the generator makes any: its samples agree with their labels hardly more often than by "
        "chance. Either the labels of the data do not fit the images, or the discriminator does not use them."
    ),
    refute="Sheets of samples, one label each, that show what the label says; or classes that nobody could tell apart.",
    remedies=("data-fix", "code-fix", "default-rates", "spectral-norm", "wider-critic", "larger-batch"),
    check=labels_ignored,
    consequence_of=(*BUGS, "complete-collapse", "noise-ignored"),
)
