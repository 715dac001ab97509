"""Gradients are huge, or jump: updates in random directions, and often the last sign before numbers break down."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, failing, fine, lately, stays_above
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

HUGE = 100.0
"""A common rule of thumb."""
JUMP, JUMPS = 10.0, 3
"""Times the usual gradient; so often within a window."""
EXPLODED = 100.0
"""Times the gradient of the first third of the run."""


def exploding(
    now: Now,
    critic_gradient: Series | None = None,
    generator_gradient: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    evidence: list[Evidence] = []
    exploded = False
    for name, series in (("critic_gradient", critic_gradient), ("generator_gradient", generator_gradient)):
        if series is None:
            continue
        window, usual, early = lately(series, now), series.median, series.until(now.rounds / 3).median
        jumping = bool((window.values > JUMP * usual).sum() >= JUMPS)
        if stays_above(series, now, HUGE):
            evidence.append(evidence_of(name, series, window.median, HUGE, "above"))
        elif jumping:
            evidence.append(evidence_of(name, series, float(window.finite().values.max()), JUMP * usual, "above"))
        exploded = exploded or window.median > EXPLODED * early > 0
    if not evidence or fine(now, distance, distance_raw):
        return None
    return Claim(tuple(evidence), severity="alarm" if exploded and failing(now, distance, distance_raw) else None)


EXPLODING_GRADIENT = Rule(
    id="exploding-gradient",
    severity="warning",
    title="Gradients explode",
    sentence=(
        "Gradients are very large or jump to many times their usual size. The updates that follow destroy what was "
        "learned, and numbers may break down altogether."
    ),
    refute="Losses that are sums instead of means, or very wide networks: their gradients are large by nature.",
    remedies=(
        "own-settings",
        "r1",
        "spectral-norm",
        "clip-gradients",
        "lower-rates",
        "lower-critic-rate",
        "lower-momentum",
    ),
    consequence_of=(*BUGS, "losses-diverge", "updates-too-large", "critic-not-working"),
    check=exploding,
)
