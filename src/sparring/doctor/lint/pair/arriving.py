"""Whether gradients arrive where they should."""

from __future__ import annotations

import torch
from torch import Tensor

from ...findings import Claim
from ..check import Lint, number, says
from .pair import Pair, Weights, learnable, shaken

NAMED = 4
FLAT = 1e-7
"""Norm of the critic's slope at a sample, per root mean square of its values."""


def frozen(pair: Pair) -> Claim | None:
    """Networks none of whose weights may move."""
    networks = {"generator": pair.generator, "discriminator": pair.critic}
    still = [
        role
        for role, network in networks.items()
        if network is not None and any(True for _ in network.parameters()) and not learnable(network)
    ]
    if not still:
        return None
    return says(
        f"No parameter of the {' and the '.join(still)} may change: requires_grad is off for all of them, so an "
        "optimiser has nothing to do."
    )


def detached(pair: Pair) -> Claim | None:
    """A loss that does not know whose it is."""
    if not learnable(pair.generator) or not adversarial(pair):
        return None
    arrived = [one for one in pair.gradients.values() if one is not None]
    if any(bool(one.any()) for one in arrived):
        return None
    if arrived and through_shaken(pair):
        return None  # the critic's last layer starts at 0, and lets nothing through yet
    return says(
        "The generator's loss has no gradient for any of its parameters: it will never learn. The fakes are detached, "
        "made under no_grad, or turned into numbers on their way to the loss.",
        number("generator's parameters that a gradient reaches", 0, 1, "below"),
    )


def adversarial(pair: Pair) -> bool:
    return pair.critic is not None or pair.loss is not None


def through_shaken(pair: Pair) -> bool:
    """Whether anything would come through a critic with other weights."""
    if pair.critic is None:
        return True
    fake = pair.fake.detach().requires_grad_()
    return any(slope(pair, fake, weights).any() for weights in shaken(pair.critic))


def slope(pair: Pair, x: Tensor, weights: Weights) -> Tensor:
    """The gradient of the critic's answers at samples; zeros where there is none."""
    answers = pair.answers(x, weights=weights)
    if not answers.requires_grad:
        return torch.zeros_like(x)
    (found,) = torch.autograd.grad(answers.sum(), x, allow_unused=True)
    return torch.zeros_like(x) if found is None else found


def dead(pair: Pair) -> Claim | None:
    """Parameters that nothing reaches."""
    if pair.growing or detached(pair):
        return None
    lost: list[str] = []
    total = 0
    if adversarial(pair):
        total += len(pair.gradients)
        lost += [f"generator.{name}" for name, one in pair.gradients.items() if one is None]
    if pair.critic is not None:
        total += len(pair.lessons[0])
        lost += [f"discriminator.{name}" for name, one in pair.lessons[0].items() if one is None]
    if not lost:
        return None
    names = ", ".join(lost[:NAMED]) + (", ..." if len(lost) > NAMED else "")
    return says(
        f"No gradient reaches {len(lost)} of {total} parameter tensors ({names}): they are never used, or cut off. "
        "They stay as they were drawn at random.",
        number("parameters without a gradient", len(lost), 0),
    )


def flat(pair: Pair) -> Claim | None:
    """A critic that is the same everywhere, though it is not 0."""
    if pair.critic is None or not learnable(pair.critic):
        return None
    steepness = pair.lessons[1].flatten(1).norm(dim=1).median().item()
    size = steepness * pair.real.square().mean().sqrt().item()
    if size == 0 or size >= FLAT:  # 0 where the last layer starts at 0
        return None
    return says(
        "The discriminator's answer hardly changes with what it is shown: its weights are so small, or so many layers "
        "lie one behind the other, that next to nothing comes through. The generator is told nothing.",
        number("slope of the discriminator at real samples", size, FLAT, "below"),
    )


ARRIVING: tuple[Lint[Pair], ...] = (
    Lint(
        "frozen-player",
        "alarm",
        "A network may not learn",
        "A training loop that turns requires_grad on and off itself.",
        ("code-fix",),
        frozen,
    ),
    Lint(
        "detached-generator",
        "alarm",
        "No gradient reaches the generator",
        "Parameters of the generator that change in training.",
        ("code-fix",),
        detached,
    ),
    Lint(
        "dead-parameters",
        "warning",
        "Some parameters get no gradient",
        "Parts that only come into play later.",
        ("code-fix",),
        dead,
    ),
    Lint(
        "flat-critic",
        "warning",
        "The discriminator is flat at the start",
        "A slope that grows within some hundred rounds.",
        ("wgan-gp", "spectral-norm", "default-rates"),
        flat,
    ),
)
