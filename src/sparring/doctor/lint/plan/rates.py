"""Learning rates: each by itself, and one against the other."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

FAST, SLOW = 0.01, 1e-6
"""Of Adam and RMSprop; published ones for GANs go from 5e-5 (WGAN) to 2.5e-3 (StyleGAN3)."""
SLOW_SGD = 1e-3
"""SGD does not divide by the gradient's size, so it needs 10 to 100 times Adam's rate."""
APART, FAR_APART = 5.0, 20.0
"""Times one rate may be the other. Published: the discriminator's 4 times (SAGAN), the generator's 10 (unrolled)."""


def standing(plan: Plan) -> Claim | None:
    """A player that cannot learn."""
    still = [plan.called(name) for name, optim in plan.recipe.optims.items() if optim.lr == 0]
    if not still:
        return None
    return says(f"The learning rate of the {' and the '.join(still)} is 0: nothing it is told will change it.")


def odd(plan: Plan) -> Claim | None:
    """A rate that nobody uses."""
    for player, optim in plan.recipe.optims.items():
        slow = SLOW_SGD if optim.name == "sgd" else SLOW
        if optim.lr > FAST and optim.name != "sgd":
            return says(
                f"A learning rate of {optim.lr:g} moves every weight of the {plan.called(player)} by about that much "
                "in each step, however small the gradient is; at such a rate GANs swing or break down.",
                number(f"optims.{player}.lr", optim.lr, FAST),
            )
        if 0 < optim.lr < slow:
            return says(
                f"With {optim.name} at {optim.lr:g} the {plan.called(player)} will hardly move during this run.",
                number(f"optims.{player}.lr", optim.lr, slow, "below"),
            )
    return None


def apart(plan: Plan) -> Claim | None:
    """Two time scales that are too far apart."""
    ours, theirs = plan.recipe.optims.get("critic"), plan.recipe.optims.get("generator")
    if ours is None or theirs is None or ours.name != theirs.name or not ours.lr or not theirs.lr:
        return None
    ratio = ours.lr / theirs.lr
    times = max(ratio, 1 / ratio)
    if times <= APART:
        return None
    faster, slower = (plan.critic, "generator") if ratio > 1 else ("generator", plan.critic)
    return says(
        f"The {faster} learns {times:.3g} times as fast as the {slower}, which then cannot answer it. Two time scales "
        "help when they are 2 to 4 times apart, the discriminator ahead.",
        number("rate of one player over that of the other", times, APART),
        severity="warning" if times > FAR_APART else "info",
    )


def warming(plan: Plan) -> Claim | None:
    """A warm-up that the run never leaves."""
    for player, optim in plan.recipe.optims.items():
        if optim.warmup_images >= plan.recipe.train.images:
            return says(
                f"The learning rate of the {plan.called(player)} rises over {optim.warmup_images:,} images, and the "
                f"run has only {plan.recipe.train.images:,}: it never reaches what was asked for.",
                number(f"optims.{player}.warmup_images", optim.warmup_images, plan.recipe.train.images),
            )
    return None


RATES: tuple[Lint[Plan], ...] = (
    Lint(
        "no-rate",
        "alarm",
        "A player cannot learn",
        "A player that is meant to stay as it is.",
        ("default-rates",),
        standing,
    ),
    Lint(
        "odd-rate",
        "warning",
        "A learning rate out of the ordinary",
        "Networks whose weights are scaled where they are used, or a sweep in which this rate was the best.",
        ("default-rates", "lower-rates"),
        odd,
    ),
    Lint(
        "rates-apart",
        "warning",
        "One player learns much faster than the other",
        "A share of right verdicts that stays between 0.55 and 0.9.",
        ("default-rates",),
        apart,
    ),
    Lint(
        "endless-warm-up",
        "warning",
        "The run ends before its learning rate has risen",
        "Nothing: both numbers are known.",
        ("no-warm-up",),
        warming,
    ),
)
