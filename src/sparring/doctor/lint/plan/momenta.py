"""Optimisers and their momentum."""

from __future__ import annotations

from ...case import Setup
from ...findings import Claim
from ..check import Lint, number, says
from .plan import called

HALF = 0.5
HEAVY = 0.85
"""PacGAN's experiments on points run at 0.8; torch's own default is 0.9."""


def wasserstein(setup: Setup) -> Claim | None:
    """Momentum against a moving target without a floor."""
    momentum = setup.momentum.get("critic", 0.0)
    if setup.adversarial != "wasserstein" or momentum <= HALF:
        return None
    return says(
        f"Momentum makes the Wasserstein loss oscillate, as its optimum moves with every step of the generator; lower "
        f"the critic's from {momentum:g} to 0.",
        number("momentum", momentum, HALF),
    )


def clipping(setup: Setup) -> Claim | None:
    """Adam pushes weights back against the bound."""
    momentum = setup.momentum.get("critic", 0.0)
    if not setup.clip or not momentum or (setup.adversarial == "wasserstein" and momentum > HALF):
        return None
    return says(
        "Clipped weights and momentum work against each other: what the last gradients wanted keeps pressing the "
        "weights against the bound, until most of them lie there. Arjovsky et al. use RMSprop.",
        number("momentum", momentum, 0.0),
    )


def heavy(setup: Setup) -> Claim | None:
    """The momentum of classifiers."""
    momenta = {name: value for name, value in setup.momentum.items() if value > HALF}
    if not momenta or (setup.adversarial == "wasserstein" and momenta.keys() == {"critic"}):
        return None
    player = max(momenta, key=lambda name: momenta[name])
    return says(
        f"A momentum of {momenta[player]:g} for the {called(setup, player)} is usual for classifiers. Here the target "
        "moves with every step of the other player, so old gradients point the wrong way and both begin to circle; 0 "
        "to 0.5 is usual.",
        number("momentum", momenta[player], HALF),
        severity="warning" if momenta[player] > HEAVY else "info",
    )


MOMENTA: tuple[Lint[Setup], ...] = (
    Lint(
        "momentum-with-wasserstein",
        "warning",
        "Momentum and the Wasserstein loss",
        "A critic's loss that does not swing.",
        ("lower-momentum",),
        wasserstein,
    ),
    Lint(
        "momentum-with-clip",
        "warning",
        "Momentum and clipped weights",
        "Fewer than half of the weights at the bound after some hundred rounds.",
        ("lower-momentum", "wgan-gp"),
        clipping,
    ),
    Lint(
        "high-momentum",
        "warning",
        "Much momentum",
        "Losses without a period, and samples that improve.",
        ("lower-momentum",),
        heavy,
    ),
)
