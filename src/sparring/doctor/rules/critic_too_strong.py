"""The discriminator wins and the generator no longer learns from it: domination, which is not yet overfitting."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import AGAINST_DOMINATION, BALANCED, BUGS, failing, fine, lately, looks, stays_above
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

SURE = 0.95
SURE_AND_BAD = 0.9
"""Is enough where the samples are known to be bad and to stay so, and the loss is low as well."""
LOW = 0.5
"""Share of what the loss is in balance."""


def too_strong(
    setup: Setup,
    now: Now,
    auc: Series,
    generator_loss: Series,
    critic_loss: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """Not for Wasserstein losses: a critic that ranks everything right is what they want."""
    if setup.adversarial == "wasserstein" or fine(now, distance, distance_raw):
        return None
    typical = lately(auc, now).median
    if failing(now, distance, distance_raw):
        low = LOW * BALANCED.get(setup.adversarial, 0.0)
        if critic_loss is None or not stays_above(auc, now, SURE_AND_BAD) or lately(critic_loss, now).median > low:
            return None
        evidence = (
            evidence_of("auc", auc, typical, SURE_AND_BAD, "above"),
            evidence_of("critic_loss", critic_loss, lately(critic_loss, now).median, low, "below"),
            *looks(now, distance, distance_raw),
        )
        return Claim(evidence, severity="alarm")
    losses = lately(generator_loss, now)
    if not stays_above(auc, now, SURE) or losses.slope() <= 0:
        return None
    rise = evidence_of("generator_loss", generator_loss, losses.slope(), 0.0, "above", "change per 1,000 rounds")
    return Claim((evidence_of("auc", auc, typical, SURE, "above"), rise))


CRITIC_TOO_STRONG = Rule(
    id="critic-too-strong",
    severity="warning",
    title="The discriminator is too strong",
    sentence=(
        "The discriminator tells nearly every fake from a real sample, and the generator does not catch up: "
        "what it is told no longer helps it to improve."
    ),
    refute="Samples that still improve: a distance to the real samples that falls over the same window.",
    remedies=AGAINST_DOMINATION,
    consequence_of=(
        *BUGS,
        "vanishing-gradient",
        "critic-overfits",
        "noise-ignored",
        "wrong-range",
        "swapped-channels",
        "augmentation-leak",
    ),
    check=too_strong,
)
