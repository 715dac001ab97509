"""The discriminator has won before the generator has begun: the earliest kind of failure."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BALANCED, BUGS, LASTING, lately
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series
from .critic_loss_zero import NEAR

SURE = 0.99
EARLY = 0.3
"""Share of the run that counts as its beginning."""


def early_domination(setup: Setup, now: Now, auc: Series, critic_loss: Series) -> Claim | None:
    """Whatever samples do: at the beginning they improve even where they soon come to a standstill."""
    low = NEAR * BALANCED.get(setup.adversarial, 0.0)
    if not low or now.rounds > EARLY * now.planned:
        return None
    since = now.rounds / 3  # what came before was the first contact, which every discriminator wins
    sure, losses = auc.since(since), critic_loss.since(since)
    if sure.above(SURE) < LASTING or losses.below(low) < LASTING:
        return None
    return Claim(
        (
            evidence_of("auc", auc, lately(auc, now).median, SURE, "above"),
            evidence_of("critic_loss", critic_loss, lately(critic_loss, now).median, low, "below"),
        )
    )


EARLY_DOMINATION = Rule(
    id="early-domination",
    severity="warning",
    title="The discriminator wins from the beginning",
    sentence=(
        "Nearly from the first round the discriminator has been right about everything. A generator that starts so "
        "far behind often never catches up."
    ),
    refute="Samples that improve all the same, or a discriminator that becomes less sure in the next rounds.",
    remedies=(
        "own-settings",
        "r1",
        "spectral-norm",
        "lower-critic-rate",
        "fewer-critic-steps",
        "nonsaturating",
        "instance-noise",
    ),
    consequence_of=(*BUGS, "critic-loss-zero", "vanishing-gradient", "critic-too-strong"),
    check=early_domination,
)
