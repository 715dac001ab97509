"""Techniques and rules that work against each other."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .bounds import TO_ONE
from .plan import Plan

TO_ZERO = ("r1", "r2", "gp0", "max_gp")
STRONG = 10.0
"""Weight from which zero-centred penalties leave a spectrally normalised critic little."""
NOISY = 0.1


def both(plan: Plan) -> Claim | None:
    """Two penalties with two aims."""
    one, zero = chosen(plan, TO_ONE), chosen(plan, TO_ZERO)
    if not one or not zero:
        return None
    return says(f"{one[0]} pulls the {plan.critic}'s slope to 1 and {zero[0]} to 0; use one of the two.")


def tamed(plan: Plan) -> Claim | None:
    """Spectral norm and a strong penalty."""
    zero = chosen(plan, TO_ZERO)
    weight = max((plan.setup.penalties[name] for name in zero), default=0.0)
    if "critic" not in plan.recipe.spectral_norm or weight < STRONG:
        return None
    return says(
        f"Spectral normalisation and a strong {zero[0]} both tame the {plan.critic}, which then teaches little.",
        number(f"rules.{zero[0]}", weight, STRONG),
    )


def twice(plan: Plan) -> Claim | None:
    """Augmentation and consistency."""
    kind, rules = plan.setup.augment, plan.recipe.rules
    if kind == "none" or not (rules.consistency or rules.consistency_fake):
        return None
    return says(f"{kind} and consistency change images alike, and ask twice for the same.")


def picked(plan: Plan) -> Claim | None:
    """Single fakes, chosen by scores that depend on the others."""
    critic = plan.recipe.networks.get("critic")
    compares = plan.recipe.minibatch.measures or (getattr(critic, "group", 0) and getattr(critic, "deviations", 1))
    if plan.recipe.techniques.top_k == 1 or not compares:
        return None
    return says(
        f"top_k picks single fakes, but this {plan.critic} compares those of a batch; scores depend on their mates."
    )


def flattened(plan: Plan) -> Claim | None:
    """Instance noise and a penalty that do the same."""
    zero, noise = chosen(plan, TO_ZERO), plan.recipe.techniques.noise
    if not zero or noise < NOISY:
        return None
    return says(
        f"Instance noise and {zero[0]} flatten the {plan.critic} in the same way; let the noise fade, or lower one.",
        number("techniques.noise", noise, NOISY),
    )


def chosen(plan: Plan, names: tuple[str, ...]) -> list[str]:
    """Those of these penalties that are on."""
    return [name for name in names if name in plan.setup.penalties]


STACKING: tuple[Lint[Plan], ...] = (
    Lint(
        "penalties-disagree",
        "warning",
        "Two penalties that contradict each other",
        "Nothing: no slope is 0 and 1.",
        ("one-penalty",),
        both,
    ),
    Lint(
        "tamed-twice",
        "warning",
        "Two strong bounds on one discriminator",
        "A share of right verdicts above 0.6 while the samples improve.",
        ("smaller-penalty",),
        tamed,
    ),
    Lint(
        "augmented-twice",
        "warning",
        "Augmentation and consistency",
        "A comparison of runs with one of them and with both.",
        ("no-consistency",),
        twice,
    ),
    Lint(
        "top-k-in-company",
        "warning",
        "Single fakes are picked by a discriminator of batches",
        "A comparison with techniques.top_k=1.",
        ("single-fakes",),
        picked,
    ),
    Lint(
        "noise-with-penalty",
        "warning",
        "Instance noise and a penalty do the same",
        "Noise that fades early in the run.",
        ("remove-noise",),
        flattened,
    ),
)
