"""Labels that are softened or flipped; losses without labels refuse them where the recipe is made."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

SOFT, MOST_FLIPS = 0.7, 0.2


def softened(plan: Plan) -> Claim | None:
    """Smoothing that does nothing, or harm."""
    targets = plan.recipe.rules.targets
    if targets.fake[1] > 0:
        return says(
            "Targets above 0 for fakes teach the discriminator to find the present mistakes of the generator a little "
            "bit real, which keeps them alive. Smooth the targets of real samples alone (Salimans et al. 2016).",
            number("rules.targets.fake", targets.fake[1], 0.0),
        )
    if targets.real[0] < SOFT:
        return says(
            f"A target of {targets.real[0]:g} for real samples is so soft that the discriminator's best answer to a "
            "real sample is hardly different from its answer to a fake; 0.9 is usual.",
            number("rules.targets.real", targets.real[0], SOFT, "below"),
        )
    if targets.flip > MOST_FLIPS:
        return says(
            f"{targets.flip:.0%} of the labels are wrong on purpose: most of what the discriminator could learn is "
            "noise; 5% is usual.",
            number("rules.targets.flip", targets.flip, MOST_FLIPS),
        )
    if plan.recipe.rules.softened and plan.setup.adversarial == "least_squares":
        return says(
            "Softened targets only move the numbers that the least squares loss aims at; they have no effect here.",
            severity="info",
        )
    return None


TARGETS: tuple[Lint[Plan], ...] = (
    Lint(
        "odd-targets",
        "info",
        "Softened labels out of the ordinary",
        "A comparison of runs with and without them.",
        ("usual-targets",),
        softened,
    ),
)
