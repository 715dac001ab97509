"""Nothing has improved for a fifth of the run (notes N14: late collapse or the end of what this set-up can do)."""

from __future__ import annotations

from ..case import Now
from ..conditions import LOOKS
from ..findings import Claim, evidence_of
from ..looks import settled
from ..rule import Rule
from ..series import Series
from .past_its_best import past_its_best, told

SETTLED = 0.5
LONG = 0.2
"""Share of the run without a better score."""
BETTER = 0.97
"""New best over old best that counts as an improvement."""


def plateau(
    now: Now, score: Series | None = None, real_score: Series | None = None, distance: Series | None = None
) -> Claim | None:
    if not settled(now, SETTLED) or past_its_best(now, score, real_score, distance):
        return None
    name, series = told(score, real_score, distance)
    if series is None:
        return None
    since = now.rounds - LONG * now.planned
    older, newer = series.until(since), series.since(since)
    if not len(older) or len(newer) < LOOKS:
        return None
    best, now_best = float(older.values.min()), float(newer.values.min())
    if not 0 < BETTER * best <= now_best:
        return None
    return Claim((evidence_of(name, series, now_best, BETTER * best, "above"),))


PLATEAU = Rule(
    id="plateau",
    severity="info",
    title="Samples no longer improve",
    sentence=(
        "For a fifth of the run no score has been better than the best before. Either this set-up can do no more, "
        "or smaller steps are needed for the rest."
    ),
    refute="A better score in what remains of the run, or details that improve and that the score does not see.",
    remedies=("stop-early", "lower-rates", "ema", "larger-batch"),
    check=plateau,
)
