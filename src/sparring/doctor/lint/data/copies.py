"""Samples that are there more than once."""

from __future__ import annotations

import torch

from ....data.duplicates import exact_duplicates, near_duplicates
from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

MANY = 0.05
"""Share of copies from which they change what is learned."""
SOME = 0.01
MOST = 0.3
"""Share of near copies that does; drawn heads of 16 pixels have 0.2."""
LOOKED_AT = 20_000
"""Images; to find near copies among more takes longer than people wait for a warning."""


def copied(shown: Shown) -> Claim | None:
    """Copies, to the bit."""
    if shown.source is not None:
        copies = sum(len(group) - 1 for group in exact_duplicates(shown.source.pack)) / len(shown.source.pack)
    elif shown.pictures and shown.count is None and not shown.images.std(0).mean() < 1e-4:
        copies = 1 - len(torch.unique(shown.images.flatten(1), dim=0)) / len(shown.images)
    else:
        return None
    if copies <= SOME:
        return None
    return says(
        f"{copies:.0%} of the images are exact copies of others. They are shown more often than the rest, and the "
        "generator will draw them more often.",
        number("share of exact copies", copies, SOME),
        severity="warning" if copies > MANY else "info",
    )


def similar(shown: Shown) -> Claim | None:
    """Images that are nearly the same."""
    if shown.source is None or len(shown.source.pack) > LOOKED_AT:
        return None
    near = near_duplicates(shown.source.pack)
    share = len(torch.unique(torch.from_numpy(near[:, 1]))) / len(shown.source.pack) if len(near) else 0.0
    if share <= SOME:
        return None
    return says(
        f"{share:.0%} of the images nearly equal another. Copies are learned by heart, and held-out images that have a "
        "copy among the others hide it.",
        number("share of near copies", share, SOME),
        severity="warning" if share > MOST else "info",
    )


COPIES: tuple[Lint[Shown], ...] = (
    Lint(
        "copies",
        "info",
        "Images are there more than once",
        "Copies that are meant to weigh more.",
        ("data-fix",),
        copied,
    ),
    Lint(
        "near-copies",
        "info",
        "Images nearly equal each other",
        "A set whose images are alike by nature, such as small icons.",
        ("data-fix",),
        similar,
    ),
)
