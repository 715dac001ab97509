"""The protocol of a score, from what the metric looked at."""

from __future__ import annotations

from torch import Tensor

from .score import Protocol
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
