"""What a critic is shown and what it answers.

A *sample* is a tensor, or a tuple of tensors where critics judge pairs (ALI, VEEGAN). A *judge* is any
callable from a sample to a Verdict: a critic, a critic behind an augmentation, a critic that also sees
the condition, or a critic some steps in the future. So every loss and penalty sees through all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

Sample = Tensor | tuple[Tensor, ...]


@dataclass(frozen=True)
class Verdict:
    """A critic's answer. High logits mean "real"; there is never a sigmoid inside a critic."""

    logits: tuple[Tensor, ...]  # one tensor per head or scale, first dimension = samples
    features: tuple[Tensor, ...] = ()
    classes: Tensor | None = None  # (n, classes) logits of an auxiliary classifier
    rebuild: Callable[[], Tensor] | None = None  # 0-d: how badly the critic's decoders rebuild what it was shown

    @property
    def score(self) -> Tensor:
        """One number per sample, shape (n,): the mean over heads of each head's mean logit."""
        means = [head.flatten(1).mean(1) if head.dim() > 1 else head for head in self.logits]
        return mean(means)

    def best(self, share: float) -> tuple[Verdict, Tensor]:
        """The verdict on this share (at least one) of the samples, those with the highest scores, and their places."""
        count = len(self.logits[0])
        places = self.score.detach().topk(max(1, round(share * count))).indices
        logits, features = (tuple(part[places] for part in parts) for parts in (self.logits, self.features))
        return Verdict(logits, features, None if self.classes is None else self.classes[places]), places


Judge = Callable[[Sample], Verdict]


@dataclass(frozen=True)
class Scene:
    """What one critic is shown."""

    judge: Judge
    real: Sample
    fake: Sample
    label: Tensor | None = None


def leaves(sample: Sample) -> tuple[Tensor, ...]:
    return sample if isinstance(sample, tuple) else (sample,)


def like(sample: Sample, parts: Sequence[Tensor]) -> Sample:
    """`parts` put together the way `sample` is."""
    return tuple(parts) if isinstance(sample, tuple) else parts[0]


def detached(sample: Sample) -> Sample:
    return like(sample, [part.detach() for part in leaves(sample)])


def full(tensor: Tensor) -> Tensor:
    """At least single precision: reduced-precision logits and samples are widened before any loss."""
    return tensor if tensor.dtype.itemsize >= 4 else tensor.float()


def added(terms: Sequence[Tensor]) -> Tensor:
    """The sum of tensors of one shape; a single one is itself, without an operation."""
    return reduce(torch.add, terms)


def mean(terms: Sequence[Tensor]) -> Tensor:
    """The mean of tensors of one shape; a single one is itself, without an operation."""
    return added(terms) / len(terms) if len(terms) > 1 else terms[0]
