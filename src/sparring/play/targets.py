"""Softened and flipped labels for the critic: targets of losses that have any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from . import chance

LABELLED = ("minimax", "nonsaturating", "least_squares")
"""Adversarial losses with a target per sample; the others compare logits and have none."""


@dataclass(frozen=True)
class Targets:
    """What the critic should answer: a range for each kind, drawn per logit, and how often they are exchanged.

    (0.9, 0.9) and (0, 0) is one-sided smoothing (Salimans et al. 2016).
    """

    real: tuple[float, float] = (1.0, 1.0)
    """Range of the critic's targets for real samples; [0.9, 0.9] smooths them."""
    fake: tuple[float, float] = (0.0, 0.0)
    """The same for generated samples; above 0 they reinforce the generator's present mistakes."""
    flip: float = 0.0
    """Probability, below a half, that a target t becomes 1 - t."""

    def __post_init__(self) -> None:
        for name in ("real", "fake"):
            low, high = getattr(self, name)
            if not 0 <= low <= high:
                raise ValueError(f"{name} targets are a range from 0 or above, low end first, not {low} to {high}")
        if not 0 <= self.flip < 0.5:
            raise ValueError(f"flip is a probability in [0, 0.5), and is {self.flip}: from half on, lies are the rule")


def softened(adversarial: str, targets: Targets) -> Callable[[Tensor, Tensor], Tensor]:
    """The critic's loss, a function of the logits on real and on fake samples, with these targets.

    Cross-entropy for minimax and nonsaturating, where targets above 1 are cut to 1: beyond, the loss has no lower
    bound. Half the squared error for least_squares, which takes any. ValueError for losses without targets. The
    generator's loss stays as it is.
    """
    if adversarial not in LABELLED:
        raise ValueError(f"{adversarial} has no labels to smooth or flip; losses that have: {', '.join(LABELLED)}")
    squares = adversarial == "least_squares"

    def critic(real: Tensor, fake: Tensor) -> Tensor:
        pairs = [(real, targets.real), (fake, targets.fake)]
        wanted = [drawn(logits, low, high) for logits, (low, high) in pairs]
        wanted = [flipped(target if squares else target.clamp(max=1.0), targets.flip) for target in wanted]
        terms = [
            (F.mse_loss(r, t) / 2) if squares else cross_entropy(r, t)
            for r, t in zip((real, fake), wanted, strict=True)
        ]
        return torch.stack(terms).sum()

    return critic


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of -t log sigmoid(l) - (1 - t) log(1 - sigmoid(l)) (0-d), stable for any logit."""
    return F.binary_cross_entropy_with_logits(logits, targets)


def drawn(logits: Tensor, low: float, high: float) -> Tensor:
    """A target for each logit, uniform in [low, high]."""
    if low == high:
        return torch.full_like(logits, low)
    return low + (high - low) * chance.uniform(tuple(logits.shape), logits.device).to(logits.dtype)


def flipped(targets: Tensor, probability: float) -> Tensor:
    """Each target t turned into 1 - t with this probability."""
    if not probability:
        return targets
    flips = chance.uniform(tuple(targets.shape), targets.device) < probability
    return torch.where(flips, 1 - targets, targets)
