"""The players run in circles: what one learns, the other undoes, and samples wander instead of settling."""

from __future__ import annotations

import numpy as np

from ..case import Now
from ..conditions import BUGS, correlation, failing, fine, growth, lately, looks, stays_above
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

RESTLESS = 2.5
"""Distance that a sample of fixed noise moves in a window, over that between two real samples."""
SETTLING = 0.7
"""Movement that is left from one window to the next where samples settle."""
REPEATS = 0.5
"""Correlation of the discriminator's loss with itself one period before."""
SHORTEST = 50
"""Rounds; shorter periods are noise."""
SWINGS = 3.0
"""Size of a swing over the median absolute difference of neighbouring values."""
WINDOWS, LEAST = 3, 60


def oscillation(
    now: Now,
    movement: Series | None = None,
    critic_loss: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """By what samples do where that is known, and by the discriminator's loss alone where it is not."""
    if movement is not None:
        bound = RESTLESS * 1000 / now.window
        if not failing(now, distance, distance_raw) or not stays_above(movement, now, bound):
            return None
        if growth(movement, now) < SETTLING:
            return None
        evidence = evidence_of("movement", movement, lately(movement, now).median, bound, "above")
        return Claim((evidence, *looks(now, distance, distance_raw)), severity="alarm")
    if critic_loss is None or fine(now, distance, distance_raw):
        return None
    period, likeness = rhythm(critic_loss.since(now.rounds - WINDOWS * now.window))
    if likeness < REPEATS:
        return None
    what = f"correlation with itself {period:,.0f} rounds before"
    return Claim((evidence_of("critic_loss", critic_loss, likeness, REPEATS, "above", what),))


def rhythm(series: Series) -> tuple[float, float]:
    """Period in rounds and the correlation with itself a period before; (0, 0) where there is no rhythm."""
    kept = series.finite()
    if len(kept) < LEAST:
        return 0.0, 0.0
    at = np.linspace(kept.rounds[0], kept.rounds[-1], len(kept))
    values = np.interp(at, kept.rounds, kept.values)
    values = values - np.polyval(np.polyfit(at, values, 1), at)
    noise = float(np.median(np.abs(np.diff(values))))
    if values.std() < SWINGS * noise:
        return 0.0, 0.0
    # Of every shift the correlation of what overlaps, as the mean of products fades with the shift.
    shifts = np.arange(1, len(values) // 2)
    likeness = np.array([correlation(values[:-shift], values[shift:]) for shift in shifts])
    below = np.flatnonzero(likeness < 0)
    if not len(below):
        return 0.0, 0.0
    best = below[0] + int(likeness[below[0] :].argmax())
    period = float(shifts[best] * (at[1] - at[0]))
    return (period, float(likeness[best])) if period >= SHORTEST else (0.0, 0.0)


OSCILLATION = Rule(
    id="oscillation",
    severity="warning",
    title="The players run in circles",
    sentence=(
        "Discriminator and generator chase each other: samples jump from one kind to the next, and the discriminator "
        "forgets what it has just learned. Training longer does not help."
    ),
    refute="A learning rate that rises and falls by schedule, or samples that settle from one look to the next.",
    remedies=(
        "own-settings",
        "lower-rates",
        "lower-momentum",
        "r1",
        "spectral-norm",
        "ema",
        "wgan-gp",
        "more-critic-steps",
        "replay",
    ),
    consequence_of=(*BUGS, "critic-not-working", "updates-too-large", "losses-diverge", "wrong-range"),
    check=oscillation,
)
