"""The protocol of a score, from what the metric looked at."""

from __future__ import annotations

from torch import Tensor

from .bounds import mean_bounds
from .score import Better, Protocol, Score
from .sets import Extractor, Seen, Sets

Settings = tuple[tuple[str, float | int | str], ...]


def score_name(published: str, otherwise: str, extractor: Extractor | None) -> str:
    """The field's name only for the features and the sizes that the field means by it; else `otherwise-EXTRACTOR`."""
    if extractor is None:
        return f"{otherwise}-unknown"
    means_it = extractor.name == "inception" and extractor.resize.startswith(("tf1", "clean"))
    return published if means_it else f"{otherwise}-{extractor.name}"


def features_protocol(sets: Sets, settings: Settings = (), *, reference: Seen | None = None) -> Protocol:
    """Of a metric on features; `reference` is the real set where that is not `sets.real`."""
    real, extractor = reference or sets.real, sets.extractor
    return Protocol(
        features=extractor.name if extractor else "",
        weights=extractor.weights if extractor else "",
        resize=extractor.resize if extractor else "",
        real=real.count if real else 0,
        fake=sets.fake.count,
        reference=real.fingerprint if real else "",
        sources=sets.beside.sources,
        seed=sets.seed,
        settings=settings,
    )


def pixels_protocol(sets: Sets, settings: Settings = (), *, alone: bool = False) -> Protocol:
    """Of a metric on images as they are, or on a generator; `alone`: it looks at no real ones."""
    real = None if alone else sets.real
    return Protocol(
        real=real.count if real else 0,
        fake=sets.fake.count,
        reference=real.fingerprint if real else "",
        sources=sets.beside.sources,
        seed=sets.seed,
        settings=settings,
    )


def features_of(seen: Seen | None, who: str) -> Tensor:
    """Features (n, dims) float32 of a set. ValueError where there are none, or fewer than two rows, or no numbers."""
    if seen is None or seen.features is None:
        raise ValueError(f"this metric needs the features of {who}, and there are none")
    if len(seen.features) < 2:
        raise ValueError(f"this metric needs at least two of {who}, and there are {len(seen.features)}")
    if not bool(seen.features.isfinite().all()):
        raise ValueError(f"the features of {who} hold values that are not finite, so nothing can be measured with them")
    return seen.features


def images_of(seen: Seen | None, who: str) -> Tensor:
    """Images (n, channels, height, width) uint8 of a set. ValueError where there are none, or fewer than two."""
    if seen is None or seen.images is None or len(seen.images) < 2:
        raise ValueError(f"this metric needs at least two images of {who}")
    return seen.images


def pairs_protocol(sets: Sets, settings: Settings = (), *, targets: bool = False) -> Protocol:
    """Of a metric on what stands beside each sample; `targets`: it looks at what they should have become."""
    return Protocol(
        real=sets.fake.count if targets else 0,
        fake=sets.fake.count,
        reference=sets.beside.targets if targets else "",
        sources=sets.beside.sources,
        seed=sets.seed,
        settings=settings,
    )


def mean_score(
    name: str, values: Tensor, better: Better, protocol: Protocol, what: str, warnings: tuple[str, ...] = ()
) -> Score:
    """The mean of what was measured of each sample (n,), with its interval; `what` says why some are not finite."""
    finite = values[values.isfinite()]
    lost = len(values) - len(finite)
    if lost:
        warnings = (*warnings, f"{lost} of {len(values)} {what}; the mean is over the others")
    value = float(finite.double().mean()) if len(finite) else float(values.double().mean())
    low, high = mean_bounds(finite) if len(finite) else (value, value)
    each = tuple(values.double().tolist())
    return Score(name, value, better, protocol, low, high, "95% of the mean", warnings, each)


def beside_of(images: Tensor | None, sets: Sets, what: str) -> tuple[Tensor, Tensor]:
    """Samples and what stands beside them, uint8. ValueError with what is missing."""
    ours = sets.fake.images
    if images is None or ours is None:
        raise ValueError(f"this metric looks at each image beside {what}, and there is none")
    if len(images) != len(ours) or images.shape[2:] != ours.shape[2:]:
        raise ValueError(f"these are no pairs: {tuple(ours.shape)} against {tuple(images.shape)}")
    return ours, images
