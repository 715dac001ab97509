"""FID and its kin as scores: with an interval, and with what makes them doubtful."""

from __future__ import annotations

from .frechet import Frechet, Gaussian, between, gaussian_of, gaussian_of_rows, influences
from .intervals import Interval, bootstrap
from .protocols import features_protocol, score_name
from .score import Score
from .sets import Seen, Sets

FEW, PUBLISHED = 2_000, 10_000  # samples below which a distance says little, and below which it is not quoted
BLURRED = 1e-3  # of the value may be rounding


def gaussian_seen(seen: Seen) -> Gaussian:
    """Of what a network saw: from the features themselves where there are few, else from moments."""
    if seen.features is not None and 2 <= seen.count <= seen.features.shape[1]:
        return gaussian_of_rows(seen.features)
    return gaussian_of(seen.moments)


def real_and_fake(sets: Sets) -> tuple[Gaussian, Gaussian]:
    """ValueError without real samples, for fewer than two in one set, or features that are not finite."""
    if sets.real is None:
        raise ValueError("a Fréchet distance needs real images to measure from, and there are none")
    return gaussian_seen(sets.real), gaussian_seen(sets.fake)


def deficient(count: int, dims: int, who: str) -> list[str]:
    """The warning about a set with no more samples than dimensions, if it is one."""
    if count > dims:
        return []
    doubt = f"{count:,} {who} in {dims:,} dimensions: the covariance is rank-deficient, and the distance far too large"
    return [f"{doubt}; take more than {dims:,}, or the kernel distance, which is unbiased"]


def doubts_about(real: Gaussian, fake: Gaussian) -> list[str]:
    """What is weak about a distance of so many samples in so many dimensions."""
    dims, fewest = len(real.mean), min(real.count, fake.count)
    doubts = [*deficient(real.count, dims, "real images"), *deficient(fake.count, dims, "samples")]
    if fewest < FEW:
        doubts.append(f"fewer than {FEW:,} samples ({fewest:,}): a Fréchet distance says little")
    elif fewest < PUBLISHED:
        doubts.append(f"fewer than {PUBLISHED:,} samples ({fewest:,}): the distance is biased upwards")
    return doubts


def frechet_score(sets: Sets) -> list[Score]:
    """FID: `fid` with the Inception features and one of its two sizes, else `fd-NAME`; lower is better."""
    real, fake = real_and_fake(sets)
    found, doubts = between(real, fake), doubts_about(real, fake)
    if found.error > BLURRED * found.value:
        doubts.append(f"rounding alone may be {found.error:.2g} of this")
    low, high, about = interval(sets, found, real, fake)
    name = score_name("fid", "fd", sets.extractor)
    return [Score(name, found.value, "lower", features_protocol(sets), low, high, about, tuple(doubts))]


def interval(sets: Sets, found: Frechet, real: Gaussian, fake: Gaussian) -> Interval:
    """Of the samples' choice, not of the bias that few of them bring; the value alone where features are gone."""
    if sets.fake.features is None:
        return Interval(found.value, found.value, "")
    pulls = influences(sets.fake.features, fake, real)
    low, high, about = bootstrap(pulls, "samples", seed=sets.seed)
    return Interval(max(0.0, found.value + low), found.value + high, f"{about}, to first order")
