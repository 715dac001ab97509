"""Samples differ between training and evaluation mode: running statistics are not those of the batches."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS
from ..findings import Claim
from ..looks import settled, stays
from ..rule import Rule
from ..series import Series

GAP = 0.5
"""Between the two samples of one noise, over the distance between two reals."""
UNLIKE = 1.0
"""The two are as different as two unrelated images."""


def normalisation_gap(setup: Setup, now: Now, mode_gap: Series) -> Claim | None:
    if not settled(now) or (setup.recipe is not None and "generator" not in setup.batch_norm):
        return None
    found = stays("mode_gap", mode_gap, now, "above", GAP)
    if not found:
        return None
    return Claim((found,), severity="alarm" if found.value > UNLIKE else "warning")


NORMALISATION_GAP = Rule(
    id="normalisation-gap",
    severity="warning",
    title="Training and evaluation make different samples",
    sentence=(
        "The generator's batch normalisation uses running averages when samples are drawn, and they do not fit the "
        "batches it is trained with: what the discriminator judges is not what people get."
    ),
    refute="Samples in training mode that look no better than those in evaluation mode.",
    remedies=("larger-batch", "lower-generator-rate", "code-fix"),
    check=normalisation_gap,
    consequence_of=BUGS,
)
