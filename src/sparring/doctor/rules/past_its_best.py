"""Samples were clearly better earlier in the run (public logs: DCGAN from 49 to 137, SNGAN from 13.2 to 13.4)."""

from __future__ import annotations

from ..case import Now
from ..conditions import LOOKS, lately
from ..findings import Claim, evidence_of
from ..looks import PLAYERS, settled
from ..rule import Rule
from ..series import Series

SETTLED = 0.4
"""Share of the run: before, the best is hardly worth keeping."""
WORSE = 1.2
"""Newest scores over the best one."""
RISE = 0.1
"""Of the distance where there is no score; the reals' variance is 1."""


def told(score: Series | None, real_score: Series | None, distance: Series | None) -> tuple[str, Series | None]:
    """The first of these with enough finite values, and its name."""
    for name, series in (("score", score), ("real_score", real_score), ("distance", distance)):
        kept = series.finite() if series else None
        if kept and len(kept) > LOOKS:
            return name, kept
    return "", None


def past_its_best(
    now: Now, score: Series | None = None, real_score: Series | None = None, distance: Series | None = None
) -> Claim | None:
    """What `Rule` asks: the mildest of the newest scores against the best one."""
    name, series = told(score, real_score, distance)
    if series is None or not settled(now, SETTLED):
        return None
    best, mildest = float(series.values.min()), float(lately(series, now).values.min())
    # A kernel distance may be zero or less, of which nothing is a multiple; near zero every multiple is noise.
    if not 0 < WORSE * best < mildest or (name == "distance" and mildest - best < RISE):
        return None
    return Claim((evidence_of(name, series, mildest, WORSE * best, "above"),))


PAST_ITS_BEST = Rule(
    id="past-its-best",
    severity="warning",
    title="Samples were better before",
    sentence=(
        "The score of samples was clearly better earlier in the run and has not come back. Many GANs get worse when "
        "they are trained for too long; the best weights were kept."
    ),
    refute="Scores that fall below the old best again, or samples that people prefer to the earlier ones.",
    remedies=("restore-best", "stop-early", "r1", "ema", "lower-rates", "diffaugment"),
    check=past_its_best,
    consequence_of=(*PLAYERS, "complete-collapse", "rotating-collapse", "noise-ignored"),
)
