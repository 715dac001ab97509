"""How the networks end: in a sigmoid, in tanh, or in nothing."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ...findings import Claim
from ..check import Lint, number, says
from .pair import Pair, enlarged, redrawn

SAME = 1e-4
"""Spread of answers below which nothing can be said about where they end."""
FULL = 0.9
"""How near to 1 in size answers must come before a tanh is suspected."""


def squashed(pair: Pair) -> Claim | None:
    """Answers that never leave [0, 1], whatever the critic is shown and whatever its weights."""
    span = span_of(pair)
    if span is None:
        return None
    low, high = span
    if pair.probabilities:
        if low >= 0 and high <= 1:
            return None
        return says(
            f"The discriminator's answers go from {low:.2g} to {high:.2g}, and a loss of probabilities wants 0 to 1: "
            "BCELoss of logits is undefined. Use BCEWithLogitsLoss.",
            number("answers outside 0 to 1, largest", max(high, -low), 1.0),
        )
    if low < 0 or high > 1:
        return None
    ranks = pair.setup.adversarial in ("wasserstein", "hinge", "random_hinge") or pair.setup.critic_only_ranks
    why = (
        "Its answers should be scores without bounds, and a sigmoid flattens them: the better it gets, the less it "
        "teaches."
        if ranks
        else "The loss applies a sigmoid itself, so there are two: the discriminator's loss cannot fall below 1.006, "
        "and what it tells the generator is a quarter of what it should be, and vanishes."
    )
    return says(
        f"Whatever the discriminator is shown, and however its weights are changed, its answers stay between {low:.3g} "
        f"and {high:.3g}: it ends in a sigmoid. {why}",
        number("largest answer of all that were tried", high, 1.0, "below"),
        number("smallest answer of all that were tried", low, 0.0, "above"),
    )


def confined(pair: Pair) -> Claim | None:
    """Answers that end in tanh or in a rectifier."""
    span = None if pair.probabilities else span_of(pair)
    if span is None:
        return None
    low, high = span
    if -1 <= low < 0 and high <= 1 and max(-low, high) > FULL:
        return says(
            f"The discriminator's answers stay between {low:.2g} and {high:.2g}, as if it ended in tanh: it cannot say "
            "how sure it is, and its gradient vanishes where it is. Leave out the last function.",
            number("largest answer of all that were tried", high, 1.0, "below"),
        )
    if (low >= 0 and high > 1) or (high <= 0 and low < -1):
        return says(
            f"The discriminator's answers all have one sign ({low:.2g} to {high:.2g}), as if it ended in a rectifier: "
            "half of what it has to say is cut off, without a gradient.",
            number("smallest size of an answer", min(abs(low), abs(high)), 0.0),
        )
    return None


def span_of(pair: Pair) -> tuple[float, float] | None:
    """Smallest and largest answer to anything; None where they are all the same, or there is no critic."""
    if pair.critic is None:
        return None
    low, high = float("inf"), -float("inf")
    with torch.no_grad():
        for answers in tried(pair):
            low, high = min(low, answers.min().item()), max(high, answers.max().item())
            if low < 0 < high and max(-low, high) > 1:  # it ends in nothing: no need to try more
                break
    return (low, high) if high - low > SAME else None


def tried(pair: Pair) -> Iterator[Tensor]:
    """Answers to wilder and wilder things."""
    assert pair.critic is not None
    noise = torch.randn_like(pair.real)
    yield pair.verdict
    shown = (-30 * pair.real, 30 * pair.real, 3 * noise, pair.real, pair.fake)
    for x in shown[:3]:
        yield pair.answers(x)
    for x in shown:
        yield pair.answers(x, weights=enlarged(pair.critic))
    for weights in redrawn(pair.critic):
        for x in shown[:2]:
            yield pair.answers(x, weights=weights)


ENDS: tuple[Lint[Pair], ...] = (
    Lint(
        "double-sigmoid",
        "alarm",
        "The discriminator ends in a sigmoid, and the loss has its own",
        "A loss that takes probabilities, such as BCELoss.",
        ("code-fix",),
        squashed,
    ),
    Lint(
        "confined-logits",
        "warning",
        "The discriminator's answers are confined",
        "A loss that is made for such answers.",
        ("code-fix",),
        confined,
    ),
)
