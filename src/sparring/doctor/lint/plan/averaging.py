"""The averaged copy of the generator."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

LONG = 0.2
"""Share of the run; after five half-lives, 3% of the first weights are left."""


def stale(plan: Plan) -> Claim | None:
    """An average that is still of the beginning when the run ends."""
    average, images = plan.recipe.average, plan.recipe.train.images
    half_life = average.half_life_images
    if average.ramp:
        half_life = min(half_life, average.ramp * images)
    if half_life <= LONG * images:
        return None
    return says(
        f"The averaged generator forgets half of an old weight in {half_life:,.0f} images, and the run has "
        f"{images:,}: at its end the samples are still drawn with weights from its beginning.",
        number("half-life of the average, as a share of the run", half_life / images, LONG),
    )


def none(plan: Plan) -> Claim | None:
    """No average."""
    if plan.recipe.average.half_life_images or "generator" not in plan.recipe.game.averaged:
        return None
    return says(
        "No averaged copy of the generator is kept. An average of its latest weights nearly always draws better than "
        "the last ones, which still circle, and costs little."
    )


AVERAGING: tuple[Lint[Plan], ...] = (
    Lint(
        "stale-average",
        "warning",
        "The averaged generator lags behind",
        "Equal distances of averaged and last weights at the end of the run.",
        ("shorter-ema",),
        stale,
    ),
    Lint(
        "no-average",
        "info",
        "No averaged generator",
        "A learning rate that falls to 0.",
        ("ema",),
        none,
    ),
)
