"""The discriminator wins, and the generator's loss rises (notes N2; diagnosis of domination, not of overfitting)."""

from __future__ import annotations

from ..case import Now, Setup
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

SURE = 0.95


def too_strong(setup: Setup, now: Now, auc: Series, generator_loss: Series) -> Claim | None:
    window, losses = auc.since(now.start), generator_loss.since(now.start)
    if setup.critic_only_ranks or window.above(SURE) < 0.8 or losses.slope() <= 0:
        return None
    return Claim(
        (
            evidence_of("auc", auc, window.median, SURE, "above"),
            evidence_of("generator_loss", generator_loss, losses.slope(), 0.0, "above", "change per 1,000 rounds"),
        )
    )


CRITIC_TOO_STRONG = Rule(
    id="critic-too-strong",
    severity="warning",
    title="The discriminator is too strong",
    sentence=(
        "The discriminator tells nearly every fake from a real sample, and the generator's loss keeps rising: "
        "what it is told no longer helps it to improve."
    ),
    refute="Samples that still improve: a distance to the real samples that falls over the same window.",
    remedies=("lower-critic-rate",),
    check=too_strong,
)
