"""What a data set is like, and what to think about before training on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .duplicates import exact_duplicates, near_duplicates
from .feed import Source
from .packed import NAMED, PackSource

FEW_IMAGES = 500
IMBALANCE = 10.0
"""Times the largest class may be larger than the smallest before it is worth a word."""

ASPECTS_DIFFER = 1.2
"""Ratio of the aspect ratios at the 95th and 5th percentile from which they count as mixed."""


def inspect_source(source: Source) -> dict[str, object]:
    """The source's facts and, for packed images, sizes, kinds, duplicates, label balance and warnings; JSON data."""
    facts = source.facts()
    if not isinstance(source, PackSource):
        return facts
    index = source.pack.index
    facts |= {
        "width": spread(index["width"]),
        "height": spread(index["height"]),
        "aspect": spread(index["width"] / index["height"]),
        "modes": kinds(index["mode"], source.pack.manifest.modes),
        "formats": kinds(index["format"], source.pack.manifest.formats),
        "gray": int(index["gray"].sum()),
        **duplicate_facts(source),
        "balance": balance(source),
    }
    return {**facts, "warnings": [*source.notes, *warnings(source, facts)]}


def spread(values: NDArray[np.generic]) -> dict[str, float]:
    low, middle, high = np.percentile(values.astype(np.float64), [0, 50, 100]).tolist()
    return {"min": round(low, 3), "median": round(middle, 3), "max": round(high, 3)}


def kinds(codes: NDArray[np.uint8], names: Sequence[str]) -> dict[str, int]:
    """Counts by name, the most frequent first."""
    counts = np.bincount(codes, minlength=len(names)).tolist()
    return dict(sorted(zip((name or "drawn" for name in names), counts, strict=True), key=lambda pair: -pair[1]))


def duplicate_facts(source: PackSource) -> dict[str, object]:
    names = source.pack.names
    exact, near = exact_duplicates(source.pack), near_duplicates(source.pack)
    return {
        "duplicates": sum(len(group) - 1 for group in exact),
        "duplicates_named": [[names[row] for row in group] for group in exact[:NAMED]],
        "near_duplicates": len(np.unique(near[:, 1])) if len(near) else 0,
        "near_duplicates_named": [[names[row] for row in pair] for pair in near[:NAMED]],
    }


def balance(source: PackSource) -> dict[str, int]:
    """Images by class, in the order of the classes."""
    if source.column is None:
        return {}
    counts = np.bincount(source.column, minlength=len(source.classes))
    return dict(zip(source.classes, counts.tolist(), strict=True))


def warnings(source: PackSource, facts: dict[str, object]) -> list[str]:
    """One sentence for each thing that may spoil the training."""
    index, m = source.pack.index, source.pack.manifest
    found = []
    if m.count < FEW_IMAGES:
        found.append(f"There are only {m.count} images; with fewer than {FEW_IMAGES} a GAN soon repeats them.")
    if facts["duplicates"]:
        found.append(f"Exact copies of other images: {facts['duplicates']}.")
    if facts["near_duplicates"]:
        found.append(f"Nearly equal to other images: {facts['near_duplicates']}; copies are learned by heart.")
    low, high = np.percentile(index["width"] / index["height"], [5, 95])
    if high > ASPECTS_DIFFER * low and m.resize != "contain":
        what = "crops a lot from some" if m.resize == "cover" else "bends some out of shape"
        found.append(f"The aspect ratios differ, mostly from {low:.2f} to {high:.2f}; resize = {m.resize} {what}.")
    small = int((np.minimum(index["width"], index["height"]) < m.size).sum())
    if small:
        found.append(f"Smaller than {m.size} pixels, so scaled up and blurred: {small} of the {m.count} images.")
    if m.channels == 3 and 0 < gray_count(source) < m.count:
        found.append(f"Gray among coloured images: {gray_count(source)} of the {m.count} images.")
    return [*found, *label_warnings(balance(source))]


def gray_count(source: PackSource) -> int:
    return int(source.pack.index["gray"].sum())


def label_warnings(counts: dict[str, int]) -> list[str]:
    if not counts:
        return []
    few, many = min(counts, key=lambda name: counts[name]), max(counts, key=lambda name: counts[name])
    if counts[many] <= IMBALANCE * counts[few]:
        return []
    return [f"The classes are uneven: {counts[many]} images of {many!r}, but {counts[few]} of {few!r}."]
