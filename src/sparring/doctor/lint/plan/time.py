"""How long a run will take here."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

DAY_SECONDS = 86_400


def days(plan: Plan) -> Claim | None:
    """More than a day."""
    if plan.seconds is None or plan.seconds <= DAY_SECONDS:
        return None
    return says(
        f"This run would take about {plan.seconds / DAY_SECONDS:.0f} days here; lower --images or --size, or say "
        "--budget 8h.",
        number("seconds", plan.seconds, DAY_SECONDS),
    )


TIME: tuple[Lint[Plan], ...] = (
    Lint(
        "run-of-days",
        "warning",
        "The run will take days",
        "A faster machine.",
        (),
        days,
    ),
)
