"""What the doctor says: a finding with its evidence, what would refute it, and ranked remedies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..settings import settings
from .series import Series

Severity = Literal["info", "warning", "alarm"]
"""Worth knowing; worth a look; the run is failing."""
POINTS = 120
"""Of a signal that are kept for the plot."""


@settings
class Evidence:
    """One number against its threshold."""

    signal: str
    """Name in `signals.SIGNALS`, or of what a lint looked at."""
    value: float
    bound: float
    """The threshold."""
    side: Literal["above", "below"]
    """On which side of the threshold the value lies, which is what the finding rests on."""
    points: tuple[tuple[float, float], ...] = ()
    """(images, value) of the signal, thinned out, for a plot; empty for what has no course."""
    what: str = ""
    """Of the signal, where the value is of another kind (`change per 1,000 rounds`); empty where the threshold can be
    drawn into its plot."""


@settings
class Remedy:
    """One thing to change."""

    name: str
    """Key in `remedies.REMEDIES`."""
    sentence: str
    changes: tuple[str, ...] = ()
    """Settings, PATH=VALUE each, that make the change; empty where it cannot be made by settings."""
    from_start: bool = False
    """Begin anew instead of going on from a healthy checkpoint: the change does not fit the saved weights."""


@settings
class Finding:
    """What is thought to be wrong."""

    rule: str
    severity: Severity
    title: str
    sentence: str
    """For a student: what happens, and why that is bad."""
    refute: str
    """What would show that the finding is wrong."""
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    """In the order in which to try them, one at a time."""
    first_images: float = 0.0
    """Real images seen when the rule first held."""
    last_images: float = 0.0
    """... and when it held last."""

    def lasting(self, first: float, last: float) -> Finding:
        return replace(self, first_images=first, last_images=last)


@dataclass(frozen=True)
class Claim:
    """What a rule's function answers when it holds: numbers, and words where the rule's own do not say enough."""

    evidence: tuple[Evidence, ...]
    sentence: str = ""
    severity: Severity | None = None


def evidence_of(
    signal: str, series: Series, value: float, bound: float, side: Literal["above", "below"], what: str = ""
) -> Evidence:
    """Evidence with a thinned-out course of the signal; what is infinite becomes a number that JSON has a word for."""
    kept = series.finite()
    step = max(1, -(-len(kept) // POINTS))
    points = tuple(zip(kept.images[::step].tolist(), kept.values[::step].tolist(), strict=True))
    return Evidence(signal, float(np.nan_to_num(value)), float(bound), side, points, what)
