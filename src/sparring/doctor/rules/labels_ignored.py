"""Fakes do not look like the label that was asked for."""

from __future__ import annotations

from ..case import Now, Setup
from ..findings import Claim
from ..looks import above, collapsed, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
BEYOND_CHANCE = 0.15
"""Of the way from chance to what real samples reach: below, labels have no effect that people would see."""
POOR = 0.05
"""Quality below which samples are of no class at all."""
NO_EFFECT = 0.05
"""Change of the discriminator's logits, in their standard deviations, when labels are exchanged."""


def labels_ignored(
    setup: Setup,
    now: Now,
    class_agreement: Series,
    label_effect: Series | None = None,
    quality: Series | None = None,
    diversity: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.classes < 2 or not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    if collapsed(now, diversity) or (quality is not None and not above(quality, now, POOR)):
        return None
    found = stays("class_agreement", class_agreement, now, "below", BEYOND_CHANCE)
    effect = stays("label_effect", label_effect, now, "below", NO_EFFECT)
    return Claim((found, effect) if effect else (found,)) if found else None


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
)
