"""A penalty so heavy that the discriminator may hardly say anything."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BALANCED, BUGS, failing, lately, looks
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

HEAVY = 0.25
"""Penalty of an untrained discriminator over the balanced loss; a well-chosen one begins with a few hundredths."""
BEGINNING = 0.1
"""Share of the run so far in which it counts: later the penalty has had its effect."""
PINNED = 0.95
"""Share of the balanced loss that a discriminator at least has which may not say what it sees."""


def too_strong(
    setup: Setup,
    now: Now,
    penalty: Series,
    critic_loss: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    balanced = BALANCED.get(setup.adversarial)
    if balanced is None or not failing(now, distance, distance_raw):
        return None
    first = penalty.until(BEGINNING * now.rounds).finite()
    heaviest = max(first.values, default=0.0)
    loss = lately(critic_loss, now).median
    if heaviest < HEAVY * balanced or not loss > PINNED * balanced:
        return None
    return Claim(
        (
            evidence_of("penalty", penalty, heaviest, HEAVY * balanced, "above", "in the beginning"),
            evidence_of("critic_loss", critic_loss, loss, PINNED * balanced, "above"),
            *looks(now, distance, distance_raw),
        )
    )


PENALTY_TOO_STRONG = Rule(
    id="penalty-too-strong",
    severity="alarm",
    title="The penalty is too strong",
    sentence=(
        "The discriminator's penalty weighs so much that it must stay almost flat: it is not allowed to say what it "
        "sees, its loss stays at that of guessing, and the generator is hardly told anything."
    ),
    refute="Samples that improve, however slowly: a strong penalty is slow and safe.",
    remedies=("smaller-penalty", "raise-critic-rate", "spectral-norm"),
    consequence_of=BUGS,
    check=too_strong,
)
