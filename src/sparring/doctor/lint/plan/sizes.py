"""How large the players are, one against the other."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

UNEVEN, VERY_UNEVEN = 8.0, 30.0
"""Times as many parameters; published pairs go from 1 (StyleGAN) to 10 (FastGAN's generator)."""


def uneven(plan: Plan) -> Claim | None:
    """A giant against a dwarf."""
    if not {"generator", "critic"} <= plan.players.keys():
        return None
    sizes = {name: plan.parameters(name) for name in ("generator", "critic")}
    large, small = sorted(sizes, key=lambda name: sizes[name], reverse=True)
    times = sizes[large] / max(1, sizes[small])
    if times <= UNEVEN:
        return None
    return says(
        f"The {plan.called(large)} has {sizes[large]:,} parameters and the {plan.called(small)} {sizes[small]:,}: the "
        "larger one can learn what the smaller one cannot follow.",
        number("parameters of the larger over those of the smaller", times, UNEVEN),
        severity="warning" if times > VERY_UNEVEN else "info",
    )


SIZES: tuple[Lint[Plan], ...] = (
    Lint(
        "uneven-players",
        "warning",
        "The players are badly unequal in size",
        "A published pair, or a share of right verdicts that stays between 0.55 and 0.9.",
        ("wider-critic", "smaller-generator", "smaller-critic"),
        uneven,
    ),
)
