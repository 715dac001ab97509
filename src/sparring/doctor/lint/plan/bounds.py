"""What keeps the critic from growing without end, and what undoes it."""

from __future__ import annotations

from ...case import Setup
from ...findings import Claim
from ..check import Lint, says
from .plan import Plan, critic_of

TO_ONE = ("gp", "gp_one_sided", "dragan")
"""Penalties that hold each sample's own slope at 1; batch norm breaks these most (Gulrajani et al. 2017)."""


def penalised(setup: Setup) -> Claim | None:
    """Batch norm where a penalty measures single samples."""
    names = [name for name in setup.penalties if not name.startswith("consistency")]
    if not names or "critic" not in setup.batch_norm:
        return None
    strict = any(name in TO_ONE for name in names)
    end = "The bound that the penalty promises does not hold." if strict else "At a slope of 0 it helps all the same."
    return says(
        f"The penalty {' and '.join(names)} measures each image's own gradient, but the {critic_of(setup)}'s batch "
        f"norm mixes the images of a batch, so that what is measured is no image's own. {end}",
        severity="warning" if strict else "info",
    )


def unbounded(setup: Setup) -> Claim | None:
    """A loss without an end, and nothing that ends it."""
    if setup.bounded:
        return None
    if setup.adversarial == "wasserstein":
        return says(
            "The Wasserstein loss needs a bounded critic, and nothing bounds this one: it makes its logits larger and "
            "larger instead of measuring a distance; set rules.gp=10, or spectral_norm, or game.clip=0.01.",
            severity="alarm",
        )
    if setup.adversarial in ("hinge", "random_hinge"):
        return says(
            "Nothing bounds the discriminator, and under the hinge loss the generator then runs away after ever larger "
            "logits; set spectral_norm or rules.r1=1."
        )
    return None


def undone(plan: Plan) -> Claim | None:
    """Spectral norm and batch norm in one critic."""
    if "critic" not in plan.recipe.spectral_norm or "critic" not in plan.setup.batch_norm:
        return None
    return says(
        f"Batch norm in the {plan.critic} undoes the bound that spectral normalisation puts on it, because it scales "
        "every layer's output up again; use one of the two."
    )


def clipped(plan: Plan) -> Claim | None:
    """Clipping on top of spectral norm."""
    if not plan.setup.clip or "critic" not in plan.recipe.spectral_norm:
        return None
    return says("Clipping changes the weights that spectral normalisation has just scaled; use one of the two.")


BOUNDS: tuple[Lint[Setup], ...] = (
    Lint(
        "batch-norm-with-penalty",
        "warning",
        "Batch norm and a gradient penalty",
        "A batch norm that is never in training mode, or whose statistics are frozen.",
        ("no-batch-norm-in-critic", "spectral-norm"),
        penalised,
    ),
    Lint(
        "unbounded-critic",
        "warning",
        "Nothing bounds the discriminator",
        "A network that is bounded by its own architecture.",
        ("wgan-gp", "spectral-norm", "r1"),
        unbounded,
    ),
)

NORMS: tuple[Lint[Plan], ...] = (
    Lint(
        "batch-norm-with-spectral-norm",
        "warning",
        "Batch norm undoes spectral normalisation",
        "A published set-up that has both and was tuned with both, such as FastGAN's.",
        ("no-batch-norm-in-critic",),
        undone,
    ),
    Lint(
        "clip-with-spectral-norm",
        "warning",
        "Two bounds on the same weights",
        "Nothing: one of the two is always wasted.",
        ("no-clip",),
        clipped,
    ),
)
