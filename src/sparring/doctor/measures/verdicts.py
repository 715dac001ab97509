"""What the discriminator says: of samples it knows, of samples it does not, and where the labels are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from ...play.adversarial import Adversarial
from ...play.referee import over_heads
from ...play.scene import Sample, Verdict, leaves, like

AT_BOUND = 0.999
"""A weight of this share of the clipping bound, or more, lies at it."""
AGREES = 0.05
"""Of the logits' distance between training images and fakes: below this nothing can be said of memory."""


def memory_gap(training: float, held_out: float, fake: float, spread: float) -> float:
    """How much is known by heart: 0 where new real images get the logits of known ones, 1 where they get a fake's.

    NaN where training images and fakes get about the same logits; `spread` is the logits' standard deviation.
    """
    apart = training - fake
    return (training - held_out) / apart if apart > AGREES * spread else float("nan")


def label_effect(right: Tensor, wrong: Tensor) -> float:
    """Mean change of logits (n,) when labels are exchanged, over the logits' standard deviation."""
    return float((right - wrong).abs().mean() / right.std().clamp_min(1e-8))


def label_sense(right: Tensor, wrong: Tensor) -> float:
    """The same with its sign: near 0 where a critic takes right labels for no more likely than wrong ones."""
    return float((right - wrong).mean() / right.std().clamp_min(1e-8))


def batch_effect(critic: Callable[[Sample], Verdict], real: Sample, fake: Sample, loss: Adversarial) -> float:
    """Accuracy on one batch of both kinds minus that on a batch of each kind.

    A critic that judges batches by their statistics loses when they are mixed (below 0), or, if it was trained on mixed
    ones, when they are not (above 0).
    """
    half = len(leaves(real)[0])
    both = critic(like(real, [torch.cat(pair) for pair in zip(leaves(real), leaves(fake), strict=True)])).score
    apart = loss.accuracy(critic(real).score, critic(fake).score)
    return float(loss.accuracy(both[:half], both[half:]) - apart)


def input_gradient(critic: Callable[[Tensor], Verdict], fake: Tensor, real: Verdict, loss: Adversarial) -> float:
    """Norm of the gradient of the generator's loss at a fake, for the loss of that fake alone; mean over fakes."""
    with torch.enable_grad():
        shown = fake.detach().requires_grad_()
        (slope,) = torch.autograd.grad(over_heads(loss.generator, critic(shown), real), shown)
    return float(slope.flatten(1).norm(dim=1).mean() * len(fake))


def clipped_share(weights: Iterable[Tensor], clip: float) -> float:
    """Share of weights that lie at the clipping bound."""
    counts = [((weight.detach().abs() >= AT_BOUND * clip).sum(), weight.numel()) for weight in weights]
    return float(sum(at for at, _ in counts)) / max(1, sum(size for _, size in counts))
