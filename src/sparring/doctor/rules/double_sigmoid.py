"""A sigmoid inside the discriminator and another in the loss: the loss cannot fall below 1.006."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import lately, stays_above
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

FLOOR = 1.0
"""log(1 + 1/e) + log 2 = 1.006, the loss of a perfect discriminator whose logits lie in 0..1, less some rounding."""
SURE = 0.9
"""At such an AUC a discriminator with free logits is well below the floor."""
SLACK = 1e-3
ALL_REAL = 0.5
"""Accuracy where every logit is above 0."""


def double_sigmoid(
    setup: Setup, now: Now, critic_loss: Series, auc: Series, accuracy: Series, real_logit: Series, fake_logit: Series
) -> Claim | None:
    if not setup.probabilistic or not stays_above(auc, now, SURE):
        return None
    logits = [*real_logit.finite().values, *fake_logit.finite().values]
    if not logits or min(logits) < -SLACK or max(logits) > 1 + SLACK or critic_loss.above(FLOOR) < 1:
        return None
    if max(abs(accuracy.finite().values - ALL_REAL), default=1.0) > SLACK:
        return None
    return Claim(
        (
            evidence_of("critic_loss", critic_loss, lately(critic_loss, now).median, FLOOR, "above"),
            evidence_of("auc", auc, lately(auc, now).median, SURE, "above"),
            evidence_of("accuracy", accuracy, lately(accuracy, now).median, ALL_REAL + SLACK, "below"),
            evidence_of("fake_logit", fake_logit, min(logits), -SLACK, "above", "smallest logit of all"),
        )
    )


DOUBLE_SIGMOID = Rule(
    id="double-sigmoid",
    severity="alarm",
    title="The discriminator ends in a sigmoid that the loss applies again",
    sentence=(
        "The discriminator ranks nearly everything right, and yet its loss does not fall below 1.006 and all its "
        "logits lie between 0 and 1. That is what a sigmoid at its end does when the loss expects logits: its "
        "gradients are squeezed twice."
    ),
    refute="A single logit outside 0..1, or a loss that falls below the floor after all.",
    remedies=("code-fix",),
    check=double_sigmoid,
)
