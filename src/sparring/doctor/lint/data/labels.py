"""Labels that cannot be right, and classes that will not be learned."""

from __future__ import annotations

import torch

from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

ENOUGH = 10
"""Labels per class that must be known before an empty class says anything."""
UNEVEN = 10.0
"""Times the largest class may be larger than the smallest."""
NEARLY_EMPTY = 10


def wrong(shown: Shown) -> Claim | None:
    """Labels outside their range, or shifted in it."""
    labels, classes = shown.known_labels, shown.classes
    if not len(labels):
        return None
    if labels.is_floating_point() or labels.dim() != 1:
        return says(
            f"Labels are one whole number per sample, and these are {tuple(labels.shape[1:]) or ''} {labels.dtype}; "
            "give class numbers, not one-hot vectors."
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0:
        return says(
            f"The lowest label is {low}, and classes are numbered from 0: networks stop at such a label, or take it "
            "for the last class.",
            number("lowest label", low, 0, "below"),
        )
    if classes and high >= classes:
        shift = " They begin at 1 instead of 0: subtract 1." if low == 1 and high == classes else ""
        return says(
            f"Labels go from {low} to {high}, and {classes} classes are numbered 0 to {classes - 1}.{shift} Networks "
            "stop at such a label, or take it for another class.",
            number("largest label", high, classes - 1),
        )
    total = classes or high + 1
    counts = torch.bincount(labels, minlength=total)
    if total > 1 and len(labels) >= ENOUGH * total and not counts[0] and counts[1:].all():
        return says(
            f"No sample has label 0, and every other label up to {high} is there: the labels seem to begin at 1. One "
            f"class too many is learned, and nothing is ever shown for it.",
            number("samples with label 0", 0, 1, "below"),
        )
    return None


def missing(shown: Shown) -> Claim | None:
    """Classes without, or nearly without, samples."""
    counts = counted(shown)
    if counts is None or wrong(shown):
        return None
    if not counts.all():
        empty = (counts == 0).nonzero().flatten().tolist()
        return says(
            f"No training sample has label {', '.join(map(str, empty[:5]))}{', ...' if len(empty) > 5 else ''}: "
            "whatever the generator draws for it is left to chance.",
            number("least samples of a class", 0, 1, "below"),
        )
    if int(counts.min()) < NEARLY_EMPTY:
        which = int(counts.argmin())
        return says(
            f"Class {name_of(shown, which)} has {int(counts[which])} images: too few to learn more than copies of "
            "them.",
            number("least samples of a class", int(counts[which]), NEARLY_EMPTY, "below"),
        )
    return None


def uneven(shown: Shown) -> Claim | None:
    """One class drowns another."""
    counts = counted(shown)
    if counts is None or not counts.all() or wrong(shown):
        return None
    times = (counts.max() / counts.min()).item()
    if times <= UNEVEN:
        return None
    many, few = int(counts.argmax()), int(counts.argmin())
    return says(
        f"The classes are uneven: {int(counts[many])} images of {name_of(shown, many)}, but {int(counts[few])} of "
        f"{name_of(shown, few)}, which the players hardly ever meet.",
        number("images of the largest class over those of the smallest", times, UNEVEN),
    )


def counted(shown: Shown) -> torch.Tensor | None:
    """Training samples by class; None where they are not all known, or fewer than the classes need."""
    labels = shown.every_label
    if labels is None or not shown.classes or int(labels.min()) < 0:
        return None
    return torch.bincount(labels, minlength=shown.classes)


def name_of(shown: Shown, label: int) -> str:
    """`3 ('three')`, where the classes have names."""
    return f"{label} ({shown.source.classes[label]!r})" if shown.source else str(label)


LABELS: tuple[Lint[Shown], ...] = (
    Lint(
        "wrong-labels",
        "alarm",
        "Labels outside their range, or off by one",
        "Samples of the missing class among those that were not looked at.",
        ("data-fix", "no-labels"),
        wrong,
    ),
    Lint(
        "empty-class",
        "warning",
        "A class without images",
        "A class that nobody will ever ask for.",
        ("more-data", "no-labels"),
        missing,
    ),
    Lint(
        "uneven-classes",
        "warning",
        "The classes are uneven",
        "Samples of the smallest class as good as the others'.",
        ("more-data", "no-labels"),
        uneven,
    ),
)
