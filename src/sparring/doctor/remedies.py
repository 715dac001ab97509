"""What can be changed, as settings of the recipe at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .case import Setup
from .findings import Remedy

Prescribe = Callable[[Setup], Remedy | None]
"""None where the change is made already, or means nothing in this set-up."""


def lower_critic_rate(setup: Setup) -> Remedy | None:
    rate = setup.rates.get("critic", 0.0)
    changes = (f"optims.critic.lr={rate / 4:.3g}",) if setup.recipe and rate else ()
    return Remedy("lower-critic-rate", "Let the discriminator learn four times more slowly.", changes)


REMEDIES: dict[str, Prescribe] = {
    "lower-critic-rate": lower_critic_rate,
}


def prescribed(names: Iterable[str], setup: Setup) -> tuple[Remedy, ...]:
    """Those of these remedies that mean something here, in the same order."""
    return tuple(remedy for name in names if (remedy := REMEDIES[name](setup)))
