"""Number of statistically different bins (Richardson and Weiss 2018): modes that get too many or too few samples.

k-means cuts the training samples into bins; a bin is different when its share of fakes and its share of training
samples differ by more than chance. Samples that shrink towards the middle of their bins go unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .bounds import NORMAL, around, share_bounds
from .neighbours import nearest
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Sets

BINS, LEAST = 100, 20  # LEAST training samples a bin on average; fewer samples get fewer bins


@dataclass(frozen=True)
class Bins:
    """Cells of k-means: `centres` (bins, dims), and how many training samples fell into each, `counts` (bins,)."""

    centres: Tensor
    counts: Tensor


def bins_of(real: Tensor, count: int = BINS, seed: int = 0) -> Bins:
    """Cut samples (n, dims) into at most `count` bins, fewer where that would leave less than 20 samples a bin."""
    count = max(2, min(count, len(real) // LEAST))
    if len(real) < count:
        raise ValueError(f"bins are made of at least two samples, and there are {len(real)}")
    from sklearn.cluster import KMeans  # 150 MiB that other metrics do without

    cells = KMeans(count, n_init=1, random_state=seed).fit(real.float().numpy())
    centres = torch.from_numpy(np.asarray(cells.cluster_centers_)).float()
    return Bins(centres, placed(real, centres))


def placed(samples: Tensor, centres: Tensor) -> Tensor:
    """How many samples are nearest to each centre, (bins,)."""
    return torch.bincount(nearest(samples.float(), centres, 1)[1][:, 0], minlength=len(centres))


def differences(left: Tensor, right: Tensor) -> Tensor:
    """The z of each bin between counts (bins,) of two sets: a test of two shares with a pooled deviation."""
    left, right = left.double(), right.double()
    n, m = left.sum(), right.sum()
    pooled = (left + right) / (n + m)
    deviation = (pooled * (1 - pooled) * (1 / n + 1 / m)).sqrt()
    return torch.where(deviation > 0, (left / n - right / m) / deviation, 0.0)


def different_bins(left: Tensor, right: Tensor) -> int:
    """Bins whose shares differ at a level of 5%."""
    return int((differences(left, right).abs() > NORMAL).sum())


def jensen_shannon(left: Tensor, right: Tensor) -> float:
    """The divergence of two histograms in nats, 0..log 2."""
    p, q = left.double() / left.sum(), right.double() / right.sum()
    middle = (p + q) / 2
    halves = [torch.where(one > 0, one * (one / middle).log(), 0.0).sum() for one in (p, q)]
    return max(0.0, float(sum(halves)) / 2)


def ndb(sets: Sets) -> list[Score]:
    """The share of different bins and the divergence of the histograms; held-out images give what to expect."""
    real, fake = features_of(sets.real, "the real images"), features_of(sets.fake, "the samples")
    bins = bins_of(real, seed=sets.seed)
    count = len(bins.counts)
    found = placed(fake, bins.centres)
    protocol = features_protocol(sets, (("bins", count), ("level", 0.05)))
    warnings = list[str]()
    if count < BINS:
        warnings.append(f"{len(real)} real samples are enough for {count} bins only")
    different = different_bins(bins.counts, found)
    scores = [
        Score(
            "ndb",
            different / count,
            "lower",
            protocol,
            *share_bounds(different, count),
            "95% (Wilson)",
            tuple(warnings),
        ),
        Score("bins-js", jensen_shannon(bins.counts, found), "lower", protocol, *resampled(bins.counts, found, sets)),
    ]
    if sets.held_out is not None:
        held = placed(features_of(sets.held_out, "the held-out images"), bins.centres)
        expected = different_bins(bins.counts, held)
        bounds = share_bounds(expected, count)
        scores.append(Score("ndb-held-out", expected / count, "", protocol, *bounds, "95% (Wilson)"))
    return scores


def resampled(left: Tensor, right: Tensor, sets: Sets, repeats: int = 200) -> tuple[float, float, str]:
    """The bootstrap interval of the divergence."""
    dice = torch.Generator().manual_seed(sets.seed)
    draws = torch.multinomial(right.double().expand(repeats, -1), int(right.sum()), replacement=True, generator=dice)
    again = torch.tensor([jensen_shannon(left, torch.bincount(row, minlength=len(left))) for row in draws])
    return *around(jensen_shannon(left, right), again), "95% basic bootstrap"
