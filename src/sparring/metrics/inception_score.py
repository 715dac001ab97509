"""The inception score: how sure a classifier is of every sample, and how varied all are (Salimans et al. 2016)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from .intervals import repeats
from .protocols import features_protocol, score_name
from .score import Score
from .sets import Sets

SPLITS = 10
FEW = 10_000  # samples


def inception_score(logits: Tensor, *, splits: int = SPLITS, seed: int | None = 0) -> Tensor:
    """Scores of each of `splits` parts of logits (n, classes), (splits,) float64, between 1 and the classes.

    The mean over parts is the score as it is published. Samples are shuffled with the `seed`, since a folder may be
    sorted by class; None leaves them in order. ValueError for fewer samples than parts, or what is not finite.
    """
    if logits.dim() != 2 or not 1 <= splits <= len(logits):
        shape = tuple(logits.shape)
        raise ValueError(f"logits of shape {shape} cannot be split into {splits} parts: give (n, classes), n >= splits")
    if not bool(torch.isfinite(logits).all()):
        raise ValueError("the logits hold values that are not finite, so nothing can be measured with them")
    if seed is not None:
        logits = logits[torch.randperm(len(logits), generator=torch.Generator().manual_seed(seed)).to(logits.device)]
    ends = [part * len(logits) // splits for part in range(splits + 1)]
    return torch.stack([score(logits[a:b]) for a, b in pairwise(ends)])


def score(logits: Tensor) -> Tensor:
    """The exponential of the mean divergence of p(y|x) from the mean of p(y|x) over these samples."""
    logs = logits.double().log_softmax(1)
    mean = logs.logsumexp(0) - torch.tensor(len(logs), dtype=torch.float64).log()
    return (logs.exp() * (logs - mean)).sum(1).mean().exp()


def inception_scores(sets: Sets) -> list[Score]:
    """IS: mean and standard deviation over splits; `is-NAME` where the classes are not Inception's."""
    logits = sets.fake.logits
    if logits is None:
        raise ValueError("the inception score needs a feature network that classifies: inception, or classifier")
    splits = min(SPLITS, len(logits))
    values = inception_score(logits, splits=splits, seed=sets.seed)
    low, high, about = repeats(values, "splits")
    protocol = features_protocol(replace(sets, real=None), (("splits", splits),))
    name, doubts = score_name("is", "is", sets.extractor), list[str]()
    if len(logits) < FEW:
        doubts.append(f"{len(logits):,} samples: the score is too high below {FEW:,}, and published ones use 50,000")
    if name != "is":
        doubts.append("the classes are not those of the published score, so it compares only with itself")
    return [Score(name, float(values.mean()), "higher", protocol, low, high, about, tuple(doubts))]
