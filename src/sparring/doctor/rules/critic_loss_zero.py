"""The discriminator's loss is practically zero: it makes no mistake any more.

The notes' first sign of failure. Where samples show that it is one, `critic-too-strong` raises the alarm.
"""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import AGAINST_DOMINATION, BALANCED, BUGS, failing, fine, lately, looks, stays_above, stays_below
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

ZERO = 0.07
"""Share of the balanced loss that counts as zero: 0.1 for cross-entropy ..."""
NEAR = 0.2
"""... and what is near to it: a warning only where the samples are bad."""
SURE = 0.99


def loss_zero(
    setup: Setup,
    now: Now,
    critic_loss: Series,
    auc: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    balanced = BALANCED.get(setup.adversarial)
    if balanced is None or (auc is not None and not stays_above(auc, now, SURE)):
        return None
    bad, zero = failing(now, distance, distance_raw), stays_below(critic_loss, now, ZERO * balanced)
    if not zero and not (bad and stays_below(critic_loss, now, NEAR * balanced)):
        return None
    bound = balanced * (ZERO if zero else NEAR)
    evidence: list[Evidence] = [
        evidence_of("critic_loss", critic_loss, lately(critic_loss, now).median, bound, "below")
    ]
    if auc is not None:
        evidence.append(evidence_of("auc", auc, lately(auc, now).median, SURE, "above"))
    if bad:
        return Claim((*evidence, *looks(now, distance, distance_raw)))
    return Claim(tuple(evidence), severity="info" if fine(now, distance, distance_raw) else "warning")


CRITIC_LOSS_ZERO = Rule(
    id="critic-loss-zero",
    severity="warning",
    title="The discriminator's loss is zero",
    sentence=(
        "The discriminator makes no mistakes any more: real samples and fakes do not overlap for it, so its slope at "
        "the fakes says little about where they should move, and the generator has next to nothing to learn from."
    ),
    refute="Samples that still improve: large data sets can train at a low loss for long.",
    remedies=AGAINST_DOMINATION,
    consequence_of=(*BUGS, "vanishing-gradient"),
    check=loss_zero,
)
