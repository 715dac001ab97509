"""A penalty that is paid now and then, and then throws the discriminator about: it was multiplied once too often."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS, failing, lately, looks
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

SPIKE = 2.0
"""Times the updates between payments. One payment stands for that many, so its gradient may be as many times
that of an ordinary one, but hardly more."""


def lazy_penalty(
    setup: Setup,
    now: Now,
    penalty_gradient: Series,
    critic_gradient: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    paid, usual = lately(penalty_gradient, now).median, lately(critic_gradient, now).median
    bound = SPIKE * setup.lazy * setup.critic_steps * usual
    if setup.lazy < 2 or not paid > bound:
        return None
    evidence = evidence_of("penalty_gradient", penalty_gradient, paid, bound, "above")
    bad = failing(now, distance, distance_raw)
    return Claim((evidence, *(looks(now, distance, distance_raw) if bad else ())), severity="alarm" if bad else None)


LAZY_PENALTY = Rule(
    id="lazy-penalty",
    severity="warning",
    title="The lazy penalty comes in blows",
    sentence=(
        "Every few rounds the penalty's gradient is far larger than that of all updates in between together. The "
        "discriminator is knocked flat each time and recovers until the next. A lazy penalty is multiplied by the "
        "rounds that it stands for once, and not twice."
    ),
    refute="A penalty that is meant to be so strong, and samples that improve.",
    remedies=("smaller-penalty", "code-fix"),
    consequence_of=BUGS,
    check=lazy_penalty,
)
