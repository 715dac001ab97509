"""A player that does not learn: no gradient, no update, or a learning rate of zero. One rule for each player."""

from __future__ import annotations

from ..case import Now
from ..conditions import lately, stays_above, stays_below
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

NO_GRADIENT, HALF = 0.99, 0.5
"""Share of a player's parameters: all of them, or so many that something must be cut off."""
NO_UPDATE = 1e-8
"""Size of an update over that of the weights; float32 resolves no less."""
WON = 0.01
"""Loss of a discriminator that has no gradient because it makes no mistake."""

Sentence = str


def standing(
    player: str, still: Series | None, update: Series | None, rate: Series | None, now: Now
) -> tuple[Claim, Sentence] | None:
    """The claim, if this player (generator or critic) does not learn, and why in words."""
    if rate is not None and lately(rate, now).above(0) == 0:
        evidence = evidence_of(f"{player}_rate", rate, rate.last, 0.0, "below")
        return Claim((evidence,)), "its learning rate is 0"
    if still is not None and stays_above(still, now, NO_GRADIENT):
        evidence = evidence_of(f"{player}_still", still, lately(still, now).median, NO_GRADIENT, "above")
        return Claim((evidence,)), "no gradient reaches its parameters"
    if update is not None and stays_below(update, now, NO_UPDATE):
        evidence = evidence_of(f"{player}_update", update, lately(update, now).median, NO_UPDATE, "below")
        return Claim((evidence,)), "its weights stay as they are, whatever its gradient"
    if still is not None and stays_above(still, now, HALF):
        evidence = evidence_of(f"{player}_still", still, lately(still, now).median, HALF, "above")
        return Claim((evidence,), severity="warning"), "no gradient reaches more than half of its parameters"
    return None


def generator_still(
    now: Now,
    generator_still: Series | None = None,
    generator_update: Series | None = None,
    generator_rate: Series | None = None,
) -> Claim | None:
    found = standing("generator", generator_still, generator_update, generator_rate, now)
    return found and Claim(found[0].evidence, f"The generator does not learn: {found[1]}. {CUT_OFF}", found[0].severity)


def critic_still(
    now: Now,
    critic_still: Series | None = None,
    critic_update: Series | None = None,
    critic_rate: Series | None = None,
    critic_loss: Series | None = None,
) -> Claim | None:
    """Hinge losses give a discriminator that has won no gradient either, which is another illness."""
    won = critic_loss is not None and stays_below(critic_loss, now, WON)
    found = standing("critic", None if won else critic_still, critic_update, critic_rate, now)
    return found and Claim(
        found[0].evidence, f"The discriminator does not learn: {found[1]}. {JUDGE}", found[0].severity
    )


CUT_OFF = (
    "Its samples stay what they are. In code of one's own the fakes are often detached in the generator's turn, the "
    "optimiser was given other parameters, or a schedule resumed at its end."
)
JUDGE = (
    "A judge that never changes is soon fooled and teaches nothing. Its optimiser may have been given other "
    "parameters, or its parameters were left frozen after the generator's turn."
)
REFUTE = "A pause on purpose: a warm-up of the other player, or layers that are meant to stay frozen."

GENERATOR_STANDS_STILL = Rule(
    id="generator-stands-still",
    severity="alarm",
    title="The generator does not learn",
    sentence=f"The generator does not learn. {CUT_OFF}",
    refute=REFUTE,
    remedies=("default-rates", "code-fix"),
    consequence_of=("broken-updates",),
    check=generator_still,
)
CRITIC_STANDS_STILL = Rule(
    id="critic-stands-still",
    severity="alarm",
    title="The discriminator does not learn",
    sentence=f"The discriminator does not learn. {JUDGE}",
    refute=REFUTE,
    remedies=("default-rates", "code-fix"),
    consequence_of=("broken-updates", "wrong-sign"),
    check=critic_still,
)
