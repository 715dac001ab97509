"""How often the discriminator is right, and what that does and does not mean."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import lately
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

GUESSING = 0.5
FOOLED, CANNOT_TELL, COMMON = 0.45, 0.55, (0.6, 0.8)
SURE = 0.95


def critic_accuracy(setup: Setup, now: Now, accuracy: Series) -> Claim | None:
    if setup.adversarial == "wasserstein":
        return None
    share = lately(accuracy, now).median
    side = "above" if share > GUESSING else "below"
    sentence = f"The discriminator is right in {share:.0%} of all cases; {meaning(share)} {WHY_TWO}"
    return Claim((evidence_of("accuracy", accuracy, share, GUESSING, side),), sentence)


def meaning(share: float) -> str:
    if share < FOOLED:
        return "that is worse than guessing: fakes look more real to it than real samples do."
    if share < CANNOT_TELL:
        return "it is guessing, because fakes are perfect or because it is useless: the samples tell which."
    if share > SURE:
        return "it dominates, which is harmless only as long as the samples improve."
    if COMMON[0] <= share <= COMMON[1]:
        return "that is common in the middle of a healthy training."
    return "that is nothing to worry about by itself."


WHY_TWO = (
    "Two numbers are quoted as ideal. Theory ends at 50%, where nobody could tell fakes from real samples; on the way "
    "there 60 to 80% is usual, as the generator learns only from what still gives it away."
)

CRITIC_ACCURACY = Rule(
    id="critic-accuracy",
    severity="info",
    title="How often the discriminator is right",
    sentence="The share of right verdicts, at the threshold that belongs to the loss.",
    refute="Nothing: this is a reading, not a complaint. It says nothing about quality.",
    remedies=(),
    check=critic_accuracy,
)
