"""One verdict from several scores: copy, collapse, or healthy.

No score tells these apart alone. A Fréchet distance rewards copies of the training set. Tests of nearest neighbours
take samples that crowd in the midst of the data for copies, and recall and coverage of copies are perfect. Together:

    |                          | Fréchet distance | nearest neighbours | variety kept |
    | fresh samples            | small            | as held out        | yes          |
    | copies                   | small            | too near           | yes          |
    | shrunk, or modes missing | large            | often too near     | no           |
    | unlike the data          | large            | too far, if at all | no precision |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from .frechet import frechet_of
from .manifold import manifold
from .memorisation import COPYING, DROP, authentic, data_copying
from .moments import moments_of
from .neighbours import radii
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Sets

Kind = Literal["copy", "collapse", "healthy", "unlike"]
KINDS: tuple[Kind, ...] = ("healthy", "copy", "collapse", "unlike")
"""As numbers in a score: 0, 1, 2, 3."""

VARIETY = 0.75  # least share of what held-out images reach of recall and of coverage
PRECISION = 0.5  # the same of precision
FAR, VERY_FAR = 0.02, 0.15  # of the variance of the data: what the distance exceeds that of held-out images by
DOUBT = 2.0  # deviations of chance in a drop of AuthPct
NEIGHBOUR = 5
LEAST = 100  # samples of each kind that any verdict needs


@dataclass(frozen=True)
class Evidence:
    """What speaks for a verdict; of every score the same for held-out images, which a perfect generator equals."""

    distance: float
    distance_held_out: float
    variance: float
    """Of the training images, summed over dims: the scale of the distances."""
    recall: float
    recall_held_out: float
    coverage: float
    coverage_held_out: float
    precision: float
    precision_held_out: float
    authpct: float
    authpct_held_out: float
    c_t: float

    count: int
    """Samples, and held-out images."""

    @property
    def near(self) -> bool:
        """Whether samples are nearer to training images than held-out images are."""
        share = (self.authpct + self.authpct_held_out) / 200
        chance = DOUBT * 100 * (2 * share * (1 - share) / self.count) ** 0.5
        return self.c_t < COPYING or self.authpct_held_out - self.authpct > max(DROP, chance)

    @property
    def narrow(self) -> bool:
        """Whether the samples reach less of the data than held-out images do.

        Coverage is lost by poor samples and by blurred copies, too: it counts for good ones that are far off as a set.
        """
        good = self.precision >= self.precision_held_out * VARIETY and self.far(FAR)
        lost = self.coverage < self.coverage_held_out * VARIETY
        return self.recall < self.recall_held_out * VARIETY or (lost and good)

    def far(self, share: float) -> bool:
        """Whether the distance exceeds that of held-out images by a share of the data's variance."""
        return self.distance > self.distance_held_out + share * self.variance

    @property
    def kind(self) -> Kind:
        """The verdict."""
        if self.precision < self.precision_held_out * PRECISION:
            return "unlike"
        if self.narrow:
            return "collapse"
        if self.near:
            return "copy"
        return "unlike" if self.far(VERY_FAR) else "healthy"

    def sentences(self) -> tuple[str, ...]:
        """The verdict and its reasons, for people."""
        reasons = (
            f"Fréchet distance {self.distance:.4g} (held out {self.distance_held_out:.4g})",
            f"recall {self.recall:.2f} ({self.recall_held_out:.2f})",
            f"coverage {self.coverage:.2f} ({self.coverage_held_out:.2f})",
            f"precision {self.precision:.2f} ({self.precision_held_out:.2f})",
            f"AuthPct {self.authpct:.1f} ({self.authpct_held_out:.1f}), C_T {self.c_t:.1f}",
        )
        return SAYS[self.kind], *reasons


SAYS: dict[Kind, str] = {
    "healthy": "healthy: samples are as varied as fresh images and no nearer to the training images",
    "copy": "copy: samples are varied, but nearer to training images than fresh images are; look at the strips",
    "collapse": "collapse: samples leave out part of what the data shows",
    "unlike": "unlike: samples do not look like the data",
}


def evidence(fake: Tensor, train: Tensor, held_out: Tensor) -> Evidence:
    """From features (n, dims) of samples, of training images, and of images never trained on.

    Samples and held-out images are cut to equal numbers, so that they are judged alike. ValueError for
    fewer than 100 of one of them.
    """
    count = min(len(fake), len(held_out))
    if min(count, len(train)) < LEAST:
        raise ValueError(
            f"a verdict needs at least {LEAST} samples, training images and held-out images, and there are "
            f"{len(fake)}, {len(train)} and {len(held_out)}; hold out more with a larger share for validation"
        )
    fake, held_out = fake[:count], held_out[:count]
    apart = radii(train, 1)
    ours, theirs = manifold(train, fake, NEIGHBOUR), manifold(train, held_out, NEIGHBOUR)
    return Evidence(
        distance=frechet_of(fake, train),
        distance_held_out=frechet_of(held_out, train),
        variance=float(moments_of(train).covariance.trace()),
        recall=ours.recall,
        recall_held_out=theirs.recall,
        coverage=ours.coverage,
        coverage_held_out=theirs.coverage,
        precision=ours.precision,
        precision_held_out=theirs.precision,
        authpct=100 * float(authentic(fake, train, apart).double().mean()),
        authpct_held_out=100 * float(authentic(held_out, train, apart).double().mean()),
        c_t=data_copying(fake, held_out, train, cells=1).value,
        count=count,
    )


def verdict(sets: Sets) -> list[Score]:
    """The verdict as a number (0 healthy, 1 copy, 2 collapse, 3 unlike the data), and its reasons as warnings."""
    if sets.held_out is None:
        raise ValueError(
            "a verdict compares samples with real images that were never trained on, and none are held out; "
            "pack the set with a share for validation, or give another folder"
        )
    train, held = features_of(sets.real, "the training images"), features_of(sets.held_out, "the held-out images")
    found = evidence(features_of(sets.fake, "the samples"), train, held)
    settings = (("held out", len(held)), ("k", NEIGHBOUR))
    number = float(KINDS.index(found.kind))
    protocol = features_protocol(sets, settings)
    return [Score("verdict", number, "", protocol, number, number, found.kind, found.sentences())]
