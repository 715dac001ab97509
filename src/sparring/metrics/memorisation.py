"""Whether samples are copies of training images: three tests that compare distances to the nearest training image.

Each false-alarms on a generator that shrinks or collapses, whose samples lie in the midst of the training images too:
`verdict.py` tells the two apart. None of their numbers means anything without held-out images beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .bounds import NORMAL, share_bounds
from .neighbours import nearest, radii
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Sets

DROP = 5.0
"""Points of AuthPct below the held-out images that raise an alarm."""
COPYING = -3.0
"""C_T, in deviations of chance, below which samples are closer to training images than unseen real images are."""
UNDERFIT = 3.0
CELLS = 3
FEWEST = 20  # samples in a cell of C_T
WIDEST = 64  # dims of C_T's space
NEAR = 0.01  # quantile of real distances below which two images count as the same


def authentic(samples: Tensor, train: Tensor, apart: Tensor | None = None) -> Tensor:
    """Whether each sample (n, dims) is nobody's copy, (n,) bool (Alaa et al. 2022).

    It is authentic if its nearest training image has another one nearer than the sample. Fresh images score far below
    100%: 37% in two dimensions, 70% in 16, 83% in 64; so compare with held-out images.
    `apart`: `radii(train, 1)`, where it is known already.
    """
    distances, numbers = nearest(samples, train, 1)
    apart = radii(train, 1) if apart is None else apart
    return apart[numbers[:, 0]] < distances[:, 0]


def mann_whitney(samples: Tensor, others: Tensor) -> float:
    """The z of the rank-sum test of values (n,) against (m,): negative where the first are the smaller ones.

    Ties count half, and narrow the deviation.
    """
    n, m = len(samples), len(others)
    values = torch.cat([samples, others]).double()
    _, inverse, counts = values.unique(return_inverse=True, return_counts=True)
    # Mean rank of each group of equal values.
    last = counts.cumsum(0).double()
    ranks = (last - (counts.double() - 1) / 2)[inverse]
    wins = float(ranks[:n].sum()) - n * (n + 1) / 2
    total = n + m
    ties = float((counts.double() ** 3 - counts.double()).sum()) / (total * (total - 1))
    deviation = math.sqrt(n * m / 12 * (total + 1 - ties))
    return (wins - n * m / 2) / deviation if deviation else 0.0


@dataclass(frozen=True)
class Copying:
    """C_T by cell: `z` (cells,) and the weights (cells,) of its mean."""

    z: Tensor
    weights: Tensor

    @property
    def value(self) -> float:
        """C_T itself."""
        return float((self.z * self.weights).sum() / self.weights.sum())

    @property
    def chance(self) -> float:
        """Its deviation where nothing is copied: 1 in one cell, and less in several."""
        return float(self.weights.norm() / self.weights.sum())


def data_copying(samples: Tensor, held_out: Tensor, train: Tensor, *, cells: int = CELLS, seed: int = 0) -> Copying:
    """C_T (Meehan et al. 2020): negative where samples lie nearer to training images than held-out ones do.

    Features (n, dims). The z of distances in each k-means cell of the training images, averaged with the held-out
    images' shares as weights; cells with fewer than 20 samples or held-out images are left out, and where that leaves
    none there is one cell. More than 64 dims are first projected on the 64 main directions of the training images.
    `held_out` must never have been trained on. ValueError for fewer than 20 samples or held-out images.
    """
    if min(len(samples), len(held_out)) < FEWEST:
        counts = f"{len(samples)} and {len(held_out)}"
        raise ValueError(f"C_T needs at least {FEWEST} samples and {FEWEST} held-out images, and there are {counts}")
    samples, held_out, train = projected(train, samples, held_out)
    found = [nearest(one, train, 1)[0][:, 0] for one in (samples, held_out)]
    where = [torch.zeros(len(one), dtype=torch.int64) for one in found]
    if cells > 1:
        from sklearn.cluster import KMeans  # 150 MiB that other metrics do without

        parts = KMeans(cells, n_init=1, random_state=seed).fit(train.numpy())
        where = [torch.from_numpy(parts.predict(one.numpy())).long() for one in (samples, held_out)]
    z, weights = list[float](), list[int]()
    for cell in range(cells):
        ours, theirs = (one[place == cell] for one, place in zip(found, where, strict=True))
        if min(len(ours), len(theirs)) >= FEWEST:
            z.append(mann_whitney(ours, theirs))
            weights.append(len(theirs))
    if not z:
        z, weights = [mann_whitney(*found)], [1]
    return Copying(torch.tensor(z, dtype=torch.float64), torch.tensor(weights, dtype=torch.float64))


def projected(train: Tensor, *others: Tensor) -> list[Tensor]:
    """`others` and then `train`, on at most 64 main directions of the training images."""
    sets = [one.double() - train.double().mean(0) for one in (*others, train)]
    if train.shape[1] > WIDEST:
        _, directions = torch.linalg.eigh(sets[-1].T @ sets[-1])
        sets = [one @ directions[:, -WIDEST:] for one in sets]
    return [one.float() for one in sets]


def copied(samples: Tensor, train: Tensor, held_out: Tensor | None = None) -> Tensor:
    """Whether each sample (n, dims) is as good as equal to a training image, (n,) bool.

    Nearer to it than all but 1% of the held-out images are to theirs; without those, of the training images.
    """
    usual = radii(train, 1) if held_out is None else nearest(held_out, train, 1)[0][:, 0]
    return nearest(samples, train, 1)[0][:, 0] <= usual.double().quantile(NEAR).to(usual)


def repeated(samples: Tensor, real: Tensor) -> Tensor:
    """Whether each sample (n, dims) has a twin among the samples, (n,) bool.

    Nearer than all but 1% of as many real images are to each other.
    """
    count = min(len(samples), len(real))
    threshold = radii(real[:count], 1).double().quantile(NEAR)
    return radii(samples[:count], 1) <= threshold.to(samples)


def memorisation(sets: Sets) -> list[Score]:
    """AuthPct, C_T, copies and repeats, those of the held-out images beside them."""
    train, fake = features_of(sets.real, "the training images"), features_of(sets.fake, "the samples")
    held = features_of(sets.held_out, "the held-out images") if sets.held_out else None
    protocol = features_protocol(sets, (("near", NEAR),))
    warnings = () if held is not None else ("no held-out images, so there is nothing to compare with",)
    apart = radii(train, 1)
    score = percent(authentic(fake, train, apart))
    alarm = list(warnings)
    scores = list[Score]()
    if held is not None:
        usual = percent(authentic(held, train, apart))
        if score[0] < usual[0] - DROP and score[2] < usual[0]:
            alarm.append(
                f"held-out images reach {usual[0]:.1f}, so samples are closer to training images than fresh ones"
            )
        scores.append(Score("authpct-held-out", usual[0], "", protocol, usual[1], usual[2], "95% (Wilson)"))
    scores.insert(0, Score("authpct", score[0], "", protocol, score[1], score[2], "95% (Wilson)", tuple(alarm)))
    if held is not None and min(len(fake), len(held)) >= FEWEST:
        scores.append(copying_score(sets, fake, held, train))
    for name, hits in (("copies", copied(fake, train, held)), ("repeats", repeated(fake, train))):
        value, low, high = percent(hits)
        scores.append(Score(name, value, "lower", protocol, low, high, "95% (Wilson)", warnings))
    return scores


def copying_score(sets: Sets, fake: Tensor, held: Tensor, train: Tensor) -> Score:
    found = data_copying(fake, held, train, seed=sets.seed)
    value, reach = found.value, NORMAL * found.chance
    warnings = ()
    if value < COPYING * found.chance:
        warnings = ("samples lie nearer to training images than held-out images do: copies, or a shrunk set",)
    elif value > UNDERFIT * found.chance:
        warnings = ("samples lie farther from training images than held-out images do: the generator underfits",)
    protocol = features_protocol(sets, (("cells", CELLS), ("held out", len(held))))
    return Score("c_t", value, "", protocol, value - reach, value + reach, "95% of chance", warnings)


def percent(hits: Tensor) -> tuple[float, float, float]:
    """A share in percent with its interval."""
    count = int(hits.sum())
    low, high = share_bounds(count, len(hits))
    return 100 * count / len(hits), 100 * low, 100 * high
