"""Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020).

Around every sample lies a ball that reaches to its k-th neighbour in its own set; a set's manifold is the union of its
balls, and what lies on a boundary is outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .intervals import bootstrap
from .neighbours import Rows, apart, frames, search
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Sets

K = 5  # as the prdc package and StudioGAN have it; precision and recall alone were published with 3
FEW = 5_000  # samples
DOUBTFUL = 64  # pairs a row; where more than these are doubtful, a whole block is done in float64


@dataclass(frozen=True)
class Manifold:
    """What became of every sample; the scores are means over samples."""

    balls_around: Tensor
    """Of every fake: in how many real balls it lies, (m,) int64."""
    covered: Tensor
    """Of every real: whether a fake lies in its ball, (n,) bool."""
    reached: Tensor
    """Of every real: whether it lies in the ball of a fake, (n,) bool."""
    k: int

    @property
    def precise(self) -> Tensor:
        """Of every fake: whether it lies on the real manifold, (m,) bool."""
        return self.balls_around > 0

    @property
    def precision(self) -> float:
        """Share of fakes on the real manifold."""
        return float(self.precise.double().mean())

    @property
    def recall(self) -> float:
        """Share of reals on the manifold of fakes."""
        return float(self.reached.double().mean())

    @property
    def density(self) -> float:
        """Real balls around a fake, in units of k: 1 for equal distributions, and without an upper bound."""
        return float(self.balls_around.double().mean()) / self.k

    @property
    def coverage(self) -> float:
        """Share of real balls with a fake in them; `expected_coverage` for equal distributions."""
        return float(self.covered.double().mean())


def manifold(real: Tensor, fake: Tensor, k: int = K) -> Manifold:
    """From features (n, d) and (m, d), in O(n x block) memory. ValueError unless both have more than k samples."""
    for name, rows in (("real", real), ("fake", fake)):
        if len(rows) <= k:
            raise ValueError(f"balls that reach to the neighbour number {k} need more than {k} {name} samples")
    levels = [(Rows(real, frame), Rows(fake, frame)) for frame in frames(real, fake)]
    # Squares of radii, as roots would blur who lies on a boundary.
    around, about = (search(x, x, k, torch.arange(len(x), device=x.device))[0][:, -1] for x in (real, fake))
    balls = torch.zeros(len(fake), dtype=torch.int64, device=fake.device)
    covered, reached = (torch.zeros(len(real), dtype=torch.bool, device=real.device) for _ in range(2))
    rows, columns = levels[0]
    for part, across, block in rows.blocks(columns):
        in_real = below(levels, part, across, block, around[part, None])
        balls[across] += in_real.sum(0)
        covered[part] |= in_real.any(1)
        reached[part] |= below(levels, part, across, block, about[None, across]).any(1)
    return Manifold(balls, covered, reached, k)


def below(levels: list[tuple[Rows, Rows]], part: slice, across: slice, block: Tensor, limit: Tensor) -> Tensor:
    """Which pairs are closer than a squared limit, (rows, 1) or (1, columns); `block` is of the first level."""
    mask = torch.zeros_like(block, dtype=torch.bool)
    for number, (rows, columns) in enumerate(levels):
        block = rows.squares(part, rows.block(part), columns, across) if number else block
        scaled = (limit / rows.frame.scale**2).to(block.dtype)
        slack = rows.frame.slack * float(rows.norms[part].max() + columns.norms[across].max())
        mask = block < scaled - slack
        doubtful = mask.logical_xor(block < scaled + slack).nonzero()
        if len(doubtful) <= DOUBTFUL * len(block):
            i, j = doubtful.unbind(1)
            exact = apart(rows.given, columns.given, i + part.start, j + across.start)
            mask[i, j] = exact < limit.expand_as(block)[i, j]
            return mask
        mask = block < scaled  # copies by the thousand: what float64 says is as good as an answer gets
    return mask


def expected_coverage(real: int, fake: int, k: int = K) -> float:
    """Coverage of two sets of one distribution, by their sizes (Naeem et al. 2020)."""
    missed = 1.0
    for i in range(1, k + 1):
        missed *= (real - i) / (real + fake - i)
    return 1 - missed


def manifold_scores(sets: Sets) -> list[Score]:
    """Precision, recall, density and coverage, each with a bootstrap interval over the samples it is a mean of."""
    real, fake = features_of(sets.real, "the real images"), features_of(sets.fake, "the samples")
    found, n, m = manifold(real, fake), len(real), len(fake)
    doubts = list[str]()
    if min(n, m) < FEW:
        doubts.append(f"{min(n, m):,} samples: balls are wide below {FEW:,}, and published scores use 10,000 or more")
    if n != m:
        doubts.append(f"{n:,} real images against {m:,} samples: the scores assume as many of either")
    means = {
        "precision": (found.precise, "samples"),
        "recall": (found.reached, "real images"),
        "density": (found.balls_around / K, "samples"),
        "coverage": (found.covered, "real images"),
    }
    scores = list[Score]()
    for name, (values, over) in means.items():
        settings = (("k", K), ("of one distribution", round(expected_coverage(n, m, K), 4)))
        protocol = features_protocol(sets, settings if name == "coverage" else settings[:1])
        low, high, about = bootstrap(values, over, seed=sets.seed)
        scores.append(Score(name, float(values.double().mean()), "higher", protocol, low, high, about, tuple(doubts)))
    return scores
