"""What packed images were before."""

from __future__ import annotations

import numpy as np

from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

LARGER = 2.0
"""Times an image may be enlarged before nothing but blur is added."""
SOME = 0.2
ASPECTS_DIFFER = 1.2
BROKEN = 0.0


def enlarged(shown: Shown) -> Claim | None:
    """Small images made large."""
    if shown.source is None:
        return None
    index, size = shown.source.pack.index, shown.source.pack.manifest.size
    short = np.minimum(index["width"], index["height"])
    share = float((short * LARGER < size).mean())
    if share <= SOME:
        return None
    return says(
        f"{share:.0%} of the images are less than half as large as {size} pixels and were enlarged: the networks work "
        "on blur, and the generator will learn to draw it. Take a smaller --size.",
        number("share of images enlarged more than twice", share, SOME),
    )


def bent(shown: Shown) -> Claim | None:
    """Aspect ratios that differ."""
    if shown.source is None:
        return None
    index, resize = shown.source.pack.index, shown.source.pack.manifest.resize
    low, high = np.percentile(index["width"] / index["height"], [5, 95])
    if high <= ASPECTS_DIFFER * low or resize == "contain":
        return None
    what = "crops a lot from some" if resize == "cover" else "bends some out of shape"
    return says(
        f"The aspect ratios differ, mostly from {low:.2f} to {high:.2f}; resize = {resize} {what}.",
        number("ratio of wide to narrow images", high / low, ASPECTS_DIFFER),
    )


def broken(shown: Shown) -> Claim | None:
    """Files that could not be read."""
    bad = len(shown.source.pack.manifest.broken) if shown.source is not None else 0
    if not bad:
        return None
    return says(f"{bad} images could not be read and were left out.", number("broken images", bad, BROKEN))


def mixed(shown: Shown) -> Claim | None:
    """Gray among coloured images."""
    if shown.source is None or shown.source.pack.manifest.channels != 3:
        return None
    share = float(shown.source.pack.index["gray"].mean())
    if share in (0.0, 1.0):
        return None
    return says(
        f"{share:.0%} of the images are gray among coloured ones: the generator will draw gray images as often, and "
        "pale ones in between.",
        number("share of gray images", share, 0.0),
    )


FILES: tuple[Lint[Shown], ...] = (
    Lint(
        "enlarged-images",
        "warning",
        "Small images were enlarged",
        "Drawings without fine detail.",
        ("data-fix",),
        enlarged,
    ),
    Lint(
        "mixed-aspects",
        "info",
        "Images of different shapes",
        "Objects that stand in the middle, with nothing around them that matters.",
        (),
        bent,
    ),
    Lint(
        "broken-images",
        "info",
        "Some images could not be read",
        "Nothing: they cannot be read.",
        ("data-fix",),
        broken,
    ),
    Lint(
        "mixed-gray",
        "info",
        "Gray images among coloured ones",
        "A set that is meant to have both.",
        ("data-fix",),
        mixed,
    ),
)
