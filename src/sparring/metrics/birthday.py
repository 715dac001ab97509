"""How many different images a generator can make, by the birthday paradox (Arora and Zhang 2017).

Among s samples of N equally likely ones there are probably two of a kind once s reaches 1.18 sqrt(N). The published
test lets people judge the closest pairs; here two samples are of a kind if they are closer than the closest two of s
real images are in 99 of 100 batches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .bounds import NORMAL
from .neighbours import others
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Sets

NEIGHBOURS = 20  # of each real image among which its closest pairs are looked for
RARELY = -math.log(0.99)  # pairs of a kind in a batch of real images, on average
EVEN = math.log(2)  # pairs in a batch, on average, that make it even odds whether there is one
LARGEST = 4  # parts of the set in the largest batch; larger ones would take chance for duplicates
SIZES = 48  # of batches tried
AT_ONCE = 256  # rows of distances


@dataclass(frozen=True)
class Birthday:
    """What the test says."""

    half: float
    """Samples among which two are of a kind half of the time; the largest batch where that does not happen."""
    support: float
    """How many different samples, equally likely, would behave like this; a lower bound where `seen` is false."""
    low: float
    high: float
    seen: bool
    """Whether there are batches in which duplicates are to be expected."""


def birthday_of(samples: Tensor, real: Tensor) -> Birthday:
    """The test on features (n, dims) of samples, with real ones (m, dims) that say what of a kind means.

    All pairs are counted, and the odds of a batch follow from their number (Poisson). Batches of up to a quarter of
    the smaller set are considered. ValueError for fewer than 40 of either.
    """
    n, least = len(samples), min(len(samples), len(real))
    if least < 2 * NEIGHBOURS:
        counts = f"{n} and {len(real)}"
        raise ValueError(f"the birthday test needs at least {2 * NEIGHBOURS} samples and real images, and got {counts}")
    sizes = torch.logspace(math.log10(2), math.log10(least / LARGEST), SIZES, dtype=torch.float64)
    pairs = counted(samples, thresholds(real, sizes))
    expected = pairs * sizes * (sizes - 1) / (n * (n - 1))
    reached = (expected >= EVEN).nonzero()
    if not len(reached):
        half = float(sizes[-1])
        return Birthday(half, distinct(half), distinct(half), math.inf, seen=False)
    first = int(reached[0])
    half = float(sizes[first])
    if first and float(expected[first - 1]) > 0:
        slope = (expected[first] / expected[first - 1]).log() / (sizes[first] / sizes[first - 1]).log()
        half *= float(torch.exp((EVEN / expected[first]).log() / slope))
    doubt, support = NORMAL / math.sqrt(float(pairs[first])), distinct(half)
    return Birthday(half, support, support / (1 + doubt), support / (1 - doubt) if doubt < 1 else math.inf, seen=True)


def thresholds(real: Tensor, sizes: Tensor) -> Tensor:
    """For batches of each size, the distance that their closest pair has a chance of 1% to undercut, (sizes,)."""
    distances, numbers = others(real, NEIGHBOURS)
    once = distances[torch.arange(len(real), device=real.device)[:, None] < numbers].sort().values
    ranks = RARELY * len(real) * (len(real) - 1) / (sizes * (sizes - 1))
    return once[(ranks.long() - 1).clamp(0, len(once) - 1)]


def counted(samples: Tensor, limits: Tensor) -> Tensor:
    """How many pairs of samples (n, dims) are no farther apart than each of the limits (k,), (k,) float64."""
    samples = samples.double() - samples.double().mean(0)
    total = torch.zeros_like(limits)
    for start in range(0, len(samples), AT_ONCE):
        part = torch.cdist(samples[start : start + AT_ONCE], samples[start:])
        later = part[torch.ones_like(part, dtype=torch.bool).triu(1)]
        total += torch.stack([(later <= limit).sum() for limit in limits])
    return total


def distinct(half: float) -> float:
    """How many equally likely samples have a duplicate among so many half of the time."""
    return half * (half - 1) / (2 * EVEN)


def birthday(sets: Sets) -> list[Score]:
    """The size of the generator's support; a lower bound where no duplicates were found."""
    fake, real = features_of(sets.fake, "the samples"), features_of(sets.real, "the real images")
    found = birthday_of(fake, real)
    warnings = (
        (f"no duplicates in batches of {found.half:.0f}, so the support is larger than this",) if not found.seen else ()
    )
    protocol = features_protocol(sets, (("largest batch", min(len(fake), len(real)) // LARGEST),))
    return [
        Score("support", found.support, "higher", protocol, found.low, found.high, "95% of the pairs found", warnings)
    ]
