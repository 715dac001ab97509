"""How many modes of a set with known modes a generator finds: Gaussians in the plane, or classes with labels.

The rules are those of VEEGAN (Srivastava et al. 2017) and PacGAN (Lin et al. 2018): a point within three deviations
of the nearest centre is of high quality, and a mode with one of them is found. That is generous, so a strict count and
the shares of the modes stand beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .bounds import around, share_bounds
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Seen, Sets

REACH = 3.0  # deviations
STRICT = 20 / 2500  # least share of the samples for a mode to be found with certainty
DIMS = 3  # most coordinates of what counts as points
REPEATS = 200  # of the bootstrap
AT_ONCE = 4096  # points


@dataclass(frozen=True)
class Modes:
    """What was found of `of` Gaussians."""

    of: int
    found: int
    """With at least one sample of high quality."""
    certain: int
    """With at least 20 in 2,500."""
    high_quality: float
    """Share of the samples; a perfect sampler in the plane reaches 98.9%."""
    kl: float
    """Of the shares of the modes to equal ones, in nats; samples alone cost (modes - 1) / 2n. NaN if none is found."""
    deviation: float
    """Root mean square distance by axis of good samples from their centres; less than that of the set is collapse."""
    counts: Tensor
    """(of,) good samples of each mode."""


def modes_of(points: Tensor, centres: Tensor, std: float) -> Modes:
    """Of points (n, d) around centres (modes, d) with deviation `std`. ValueError where shapes do not fit."""
    if points.dim() != 2 or centres.dim() != 2 or points.shape[1] != centres.shape[1] or not len(points):
        shapes = f"{tuple(points.shape)} and {tuple(centres.shape)}"
        raise ValueError(f"modes are counted of points (n, d) around centres (modes, d), not of {shapes}")
    points, centres = points.double(), centres.double()
    # Differences, not products: a centre is far away compared with the deviation.
    nearest = [(part[:, None] - centres).norm(dim=2).min(1) for part in points.split(AT_ONCE)]
    distances, numbers = torch.cat([one.values for one in nearest]), torch.cat([one.indices for one in nearest])
    good = distances <= REACH * std
    counts = torch.bincount(numbers[good], minlength=len(centres))
    spread = float(distances[good].square().mean().div(points.shape[1]).sqrt()) if bool(good.any()) else math.nan
    return Modes(
        of=len(centres),
        found=int((counts > 0).sum()),
        certain=int((counts >= STRICT * len(points)).sum()),
        high_quality=float(good.double().mean()),
        kl=divergence(counts),
        deviation=spread,
        counts=counts,
    )


@dataclass(frozen=True)
class Classes:
    """How samples spread over the classes that a network finds them to show."""

    counts: Tensor
    """(classes,) samples of each."""
    covered: int
    """Classes with at least as many samples as asked for."""
    kl: float
    """Of their shares to the wanted ones, in nats."""


def classes_of(labels: Tensor, classes: int, least: float = 1, wanted: Tensor | None = None) -> Classes:
    """Of labels (n,) int64 in 0..classes-1; `least` samples cover a class, `wanted` (classes,) are shares, or equal."""
    counts = torch.bincount(labels, minlength=classes)
    if len(counts) != classes:
        raise ValueError(f"there are {classes} classes, and a label of {int(labels.max())}")
    return Classes(counts, int((counts >= least).sum()), divergence(counts, wanted))


def combined(labels: list[Tensor], classes: int) -> Tensor:
    """One label of several: 3, 0 and 7 of ten classes are mode 307, as stacked digits count a thousand."""
    total = torch.zeros_like(labels[0])
    for one in labels:
        total = total * classes + one
    return total


def divergence(counts: Tensor, wanted: Tensor | None = None) -> float:
    """KL of the shares of counts (modes,) to wanted ones, or to equal ones; NaN where nothing was counted."""
    counts = counts.double()
    if not bool(counts.sum()):
        return math.nan
    shares = counts / counts.sum()
    there = shares > 0
    if wanted is None:
        return float((shares[there] * (shares[there] * len(counts)).log()).sum())
    wanted = wanted.double() / wanted.double().sum()
    return float((shares[there] * (shares[there] / wanted[there]).log()).sum())


def modes(sets: Sets) -> list[Score]:
    """Modes found, share of high quality, and divergence of the modes' shares from the real ones.

    Sets of points: the modes are the labels of the real points. Sets of images: what the feature network, trained on
    the set's own labels, says that samples show.
    """
    assert sets.real is not None
    if sets.real.features is not None and sets.real.features.shape[1] <= DIMS:
        return of_points(sets, sets.real)
    if sets.fake.logits is None or sets.fake.logits.shape[1] != len(sets.classes):
        raise ValueError(
            "modes are counted of points with labels, or of images by a network that was trained on the set's own "
            "labels: choose the features `classifier`, for a set with labels"
        )
    return of_classes(sets, sets.real, sets.fake.logits.argmax(1))


def of_points(sets: Sets, real: Seen) -> list[Score]:
    points, labels = features_of(real, "the real points"), real.labels
    if labels is None:
        raise ValueError("modes are counted by the labels of the real points, and these have none")
    points, present = points.double(), labels.unique()
    centres = torch.stack([points[labels == one].mean(0) for one in present])
    spread = torch.cat([points[labels == one] - centres[i] for i, one in enumerate(present)])
    found = modes_of(features_of(sets.fake, "the fake points"), centres, float(spread.square().mean().sqrt()))
    good, n = int(found.counts.sum()), sets.fake.count
    settings = (("modes", found.of), ("reach", REACH))
    protocol = features_protocol(sets, settings)
    return [
        Score("modes", found.found, "higher", protocol, found.found, found.found),
        Score("modes-strict", found.certain, "higher", protocol, found.certain, found.certain),
        Score("high-quality", found.high_quality, "higher", protocol, *share_bounds(good, n), "95% (Wilson)"),
        divergent(sets, found.counts, torch.ones(found.of), settings),
    ]


def of_classes(sets: Sets, real: Seen, labels: Tensor) -> list[Score]:
    count = len(sets.classes)
    wanted = torch.ones(count) if real.labels is None else torch.bincount(real.labels, minlength=count).double()
    least = STRICT * 10 * len(labels) / count
    found = classes_of(labels, count, least, wanted)
    settings = (("modes", count), ("least", round(least, 3)))
    warnings = list[str]()
    if real.logits is not None and real.labels is not None:
        right = float((real.logits.argmax(1) == real.labels).double().mean())
        if right < 0.97:
            warnings.append(f"the network that counts names only {right:.1%} of the real images rightly")
    missing = [name for name, one in zip(sets.classes, found.counts.tolist(), strict=True) if one < least]
    if missing:
        warnings.append(f"hardly ever made: {', '.join(missing[:10])}{', ...' if len(missing) > 10 else ''}")
    score = Score("modes", found.covered, "higher", features_protocol(sets, settings), found.covered, found.covered)
    return [
        replace(score, warnings=tuple(warnings)),
        divergent(sets, found.counts, wanted, settings),
    ]


def divergent(sets: Sets, counts: Tensor, wanted: Tensor, settings: tuple[tuple[str, float | int | str], ...]) -> Score:
    """The KL divergence with its bootstrap interval, and a warning while chance alone would explain it."""
    value, n = divergence(counts, wanted), int(counts.sum())
    low, high = math.nan, math.nan
    warnings = ("no sample is of high quality, so there are no shares of modes",) if not n else ()
    if n:
        dice = torch.Generator().manual_seed(sets.seed)
        draws = torch.multinomial(counts.double().expand(REPEATS, -1), n, replacement=True, generator=dice)
        again = torch.tensor([divergence(torch.bincount(row, minlength=len(counts)), wanted) for row in draws])
        low, high = around(value, again)
    return Score(
        "mode-kl", value, "lower", features_protocol(sets, settings), low, high, "95% basic bootstrap", warnings
    )
