"""The order in which samples come."""

from __future__ import annotations

import torch
from torch import Tensor

from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

FEW, SAMPLES = 3, 8
"""Batches, and samples in each, without which nothing can be said."""
ONE_KIND = 0.5
"""A batch's variety of labels over that of all: about 1 - 1/n for shuffled batches of n, and 0 for sorted data."""
GROUPED = 4.0
"""Spread of the batches' means over that of means of as many random samples: 1 where data is shuffled."""
SAME, LITTLE = 0.9, 0.3
"""Share of the first batch that comes again at the same place, and what chance may make of it."""
CLOSE = 1e-6


def sorted_labels(shown: Shown) -> Claim | None:
    """Batches of one class."""
    batches = [labels for labels in shown.labels if len(labels) >= SAMPLES and labels.dim() == 1]
    if len(batches) < FEW:
        return None
    whole = variety(shown.known_labels)
    if not whole and shown.every_label is None and shown.classes > 1:
        whole = 1 - 1 / shown.classes  # all that was looked at is of one class, and there are more
    ratio = sum(map(variety, batches)) / len(batches) / whole if whole else 1.0
    if ratio >= ONE_KIND:
        return None
    return says(
        "Each batch holds hardly more than one class: the data comes sorted by label. The discriminator then learns "
        "what the class looks like instead of what is real, forgets it at the next, and the generator follows it "
        "around. Shuffle.",
        number("variety of labels in a batch over that in all", ratio, ONE_KIND, "below"),
    )


def variety(labels: Tensor) -> float:
    """Probability that two samples have different labels."""
    shares = labels.unique(return_counts=True)[1].double() / len(labels)
    return 1 - float(shares.square().sum())


def grouped(shown: Shown) -> Claim | None:
    """Batches of samples that look alike."""
    batches = [batch.flatten(1).double() for batch in shown.batches]
    size = min(map(len, batches))
    if len(batches) < FEW or size < SAMPLES or sorted_labels(shown):
        return None
    within = torch.stack([batch[:size].var(0) for batch in batches]).mean(0).sum()
    means = torch.stack([batch[:size].mean(0) for batch in batches])
    between = size * means.var(0).sum()
    if within < CLOSE:
        return None
    ratio = (between / within).item()
    if ratio <= GROUPED:
        return None
    return says(
        "The samples of a batch are more alike than samples are in general: neighbours come together, as in a folder "
        "or a film that is read in order. Each batch pulls the players somewhere else. Shuffle.",
        number("spread of batches' means over that of random ones", ratio, GROUPED),
    )


def same_again(shown: Shown) -> Claim | None:
    """Every pass through the data in the same order."""
    if not shown.again or not shown.count:
        return None
    first, later = shown.batches[0].flatten(1).float(), torch.cat(shown.again).float()
    by_chance = len(later) / shown.count
    if len(first) < SAMPLES or by_chance > LITTLE:
        return None
    both = [later.flatten(1), later.flip(-1).flatten(1)]  # half of them may be mirrored
    nearest = torch.stack([torch.cdist(first, one).amin(1) for one in both]).amin(0)
    share = (nearest.square() < CLOSE * first.shape[1]).float().mean().item()
    if share <= SAME:
        return None
    return says(
        "The second pass through the data brings the same samples together as the first: it is shuffled once or never. "
        "Batches that always hold the same samples can be known by heart.",
        number("share of the first batch that comes together again", share, SAME),
    )


ORDER: tuple[Lint[Shown], ...] = (
    Lint(
        "sorted-data",
        "alarm",
        "The data is sorted by label",
        "Batches of one class that are meant, one after the other at random.",
        ("data-fix",),
        sorted_labels,
    ),
    Lint(
        "unshuffled-data",
        "warning",
        "The data is not shuffled",
        "A set of a few kinds of images that chance put together.",
        ("data-fix",),
        grouped,
    ),
    Lint(
        "same-order",
        "warning",
        "The data is shuffled only once",
        "Samples that are there many times.",
        ("data-fix",),
        same_again,
    ),
)
