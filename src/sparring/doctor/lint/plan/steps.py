"""How often each player moves, and down which loss."""

from __future__ import annotations

from ...case import Setup
from ...findings import Claim
from ..check import Lint, number, says

UNBOUNDED_LOSSES = ("minimax", "nonsaturating", "least_squares", "least_squares_centred")


def steps(setup: Setup) -> Claim | None:
    """Several critic steps where they do harm, or one where several are usual."""
    if setup.adversarial in UNBOUNDED_LOSSES and setup.critic_steps > 1 and not setup.bounded:
        return says(
            f"The discriminator learns {setup.critic_steps} times in each round, and nothing bounds it: under the "
            f"{setup.adversarial} loss it then wins at once, and the generator is told nothing that helps. Several "
            "steps are for critics that are bounded, as in WGAN-GP and SNGAN.",
            number("game.critic_steps", setup.critic_steps, 1),
        )
    if setup.adversarial == "wasserstein" and setup.clip and setup.critic_steps == 1:
        return says(
            "A clipped critic measures the Wasserstein distance only after several steps on the same generator; one "
            "step a round leaves it behind. Arjovsky et al. take 5.",
            number("game.critic_steps", 1, 5, "below"),
        )
    return None


def saturating(setup: Setup) -> Claim | None:
    """The loss of the first page of the first paper, which nobody uses."""
    if setup.adversarial != "minimax":
        return None
    certain = setup.critic_steps > 1
    return says(
        "The minimax loss hardly has a gradient where the discriminator is sure that a fake is a fake, which is where "
        "every generator begins. The nonsaturating loss wants the same and has its gradient there.",
        severity="warning" if certain else "info",
    )


STEPS: tuple[Lint[Setup], ...] = (
    Lint(
        "odd-critic-steps",
        "warning",
        "An odd number of discriminator steps for this loss",
        "A share of right verdicts that stays below 0.9 while the samples improve.",
        ("fewer-critic-steps", "r1", "spectral-norm", "more-critic-steps"),
        steps,
    ),
    Lint(
        "saturating-loss",
        "info",
        "A loss whose gradient vanishes",
        "An unrolled or weak discriminator, which is never sure.",
        ("nonsaturating",),
        saturating,
    ),
)
