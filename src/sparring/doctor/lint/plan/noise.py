"""What the generator is made of: noise."""

from __future__ import annotations

from ....games.casting import FromNoise
from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

SHORT = 8
"""Numbers in z; a face has about 50 degrees of freedom, a handwritten digit about 10."""


def uniform(plan: Plan) -> Claim | None:
    """Noise from a cube."""
    if not isinstance(plan.recipe.game, FromNoise) or plan.recipe.game.prior != "uniform":
        return None
    return says(
        "The noise is uniform in a cube, as in the first DCGAN. Normal noise does as well or better, and walks between "
        "two points of it stay where the generator was trained."
    )


def short(plan: Plan) -> Claim | None:
    """Too few numbers to tell samples apart by."""
    game = plan.recipe.game
    if plan.facts.points or not isinstance(game, FromNoise) or game.latent >= SHORT:
        return None
    return says(
        f"The noise has {game.latent} numbers, and whatever differs between two images must come from them: with so "
        "few, a generator can draw only little that is different.",
        number("game.latent", game.latent, SHORT, "below"),
    )


NOISE: tuple[Lint[Plan], ...] = (
    Lint(
        "uniform-noise",
        "info",
        "Uniform noise",
        "Equal samples from both kinds of noise; the difference is small.",
        ("normal-noise",),
        uniform,
    ),
    Lint(
        "short-noise",
        "warning",
        "The noise is short",
        "Data with as few degrees of freedom.",
        (),
        short,
    ),
)
