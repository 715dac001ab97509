"""How strong the penalties are, and how often they are paid."""

from __future__ import annotations

from ...case import Setup
from ...findings import Claim
from ..check import Lint, number, says
from .plan import critic_of

USUAL = {
    "r1": (0.001, 200.0),
    "r2": (0.001, 200.0),
    "gp": (0.05, 100.0),
    "gp_one_sided": (0.05, 200.0),
    "gp0": (0.01, 200.0),
    "max_gp": (0.001, 200.0),
    "dragan": (0.05, 100.0),
    "consistency": (0.1, 100.0),
    "consistency_fake": (0.1, 100.0),
}
"""Published weights, and ten times less and more: R1 from 0.01 (StyleGAN2 on small images) to 50, WGAN-GP 0.1 to 10."""
ANY = (0.0, float("inf"))
"""For penalties of other people's loops."""
RARE = 32
"""Twice the interval of StyleGAN2, the rarest that was published."""


def strong(setup: Setup) -> Claim | None:
    """A weight far above any that was published."""
    for name, weight in setup.penalties.items():
        if weight > (bound := USUAL.get(name, ANY)[1]):
            return says(
                f"A weight of {weight:g} for {name} is far above what anybody has published: the {critic_of(setup)} "
                "will attend to its penalty alone, become flat, and teach little.",
                number(f"rules.{name}", weight, bound),
            )
    return None


def weak(setup: Setup) -> Claim | None:
    """A weight far below any that was published."""
    for name, weight in setup.penalties.items():
        if weight < (bound := USUAL.get(name, ANY)[0]):
            return says(
                f"A weight of {weight:g} for {name} is so small that the penalty costs time and changes nothing.",
                number(f"rules.{name}", weight, bound, "below"),
            )
    return None


def lazy(setup: Setup) -> Claim | None:
    """Penalties that are paid too rarely."""
    if not setup.penalties or setup.lazy == 1:
        return None
    if setup.lazy > RARE:
        return says(
            f"The penalty is paid in one of {setup.lazy} rounds only, with {setup.lazy} times its weight: a jolt now "
            f"and then instead of a hold. StyleGAN2 pays every 16th.",
            number("rules.lazy", setup.lazy, RARE),
        )
    if setup.adversarial == "wasserstein" and "gp" in setup.penalties and setup.lazy > 4:
        return says(
            f"Nothing but the gradient penalty bounds a Wasserstein critic, and it is paid in one of {setup.lazy} "
            "rounds only; in between its slope grows freely.",
            number("rules.lazy", setup.lazy, 4),
        )
    return None


PENALTIES: tuple[Lint[Setup], ...] = (
    Lint(
        "strong-penalty",
        "warning",
        "The penalty is very strong",
        "A sweep over weights in which this one was the best.",
        ("smaller-penalty",),
        strong,
    ),
    Lint(
        "weak-penalty",
        "info",
        "The penalty is very weak",
        "A comparison of runs with and without it.",
        (),
        weak,
    ),
    Lint(
        "rare-penalty",
        "warning",
        "The penalty is paid too rarely",
        "A penalty whose value hardly changes from one payment to the next.",
        ("regular-penalty",),
        lazy,
    ),
)
