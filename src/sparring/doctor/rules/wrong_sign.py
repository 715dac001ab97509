"""The generator minimises what it should maximise: its loss falls when its fakes look less real."""

from __future__ import annotations

import numpy as np

from ..case import Now, Setup
from ..conditions import correlation, learning, stays_above
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Numbers, Series

TOGETHER = 0.8
"""Correlation of the generator's loss with the logits of fakes. With the right sign it is negative."""
IN_DETAIL = 0.5
"""The same without the trends, as two signals that both rise or fall need have nothing to do with each other."""
SURE = 0.9
"""A generator that wants to be caught is."""
WINDOWS = 2
PAST = 1.0
"""Beyond this logit least squares pushes fakes down, and rightly."""


def wrong_sign(
    setup: Setup,
    now: Now,
    generator_loss: Series,
    fake_logit: Series,
    real_logit: Series | None = None,
    auc: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """Of losses that compare with real samples, the gap is looked at instead of the logit.

    Where the discriminator overshoots, an update turns high logits into low ones and signs seem to be wrong: then it
    is not sure, or samples improve.
    """
    if learning(now, distance, distance_raw) or (auc is not None and not stays_above(auc, now, SURE)):
        return None
    loss, since = setup.loss, now.rounds - WINDOWS * now.window
    wanted = (generator_loss, fake_logit) if real_logit is None else (generator_loss, fake_logit, real_logit)
    windows = [series.since(since) for series in wanted]
    if len({len(window) for window in windows}) > 1:
        return None
    losses, logits = windows[0].values, windows[1].values
    if loss is not None and loss.relativistic:
        if real_logit is None:
            return None
        logits = logits - windows[2].values
    if "least_squares" in setup.adversarial and np.nanmedian(logits) > PAST:
        return None
    together, rounds = correlation(losses, logits), windows[0].rounds
    if together < TOGETHER or correlation(level(rounds, losses), level(rounds, logits)) < IN_DETAIL:
        return None
    what = "correlation with the mean logit on fakes"
    return Claim((evidence_of("generator_loss", generator_loss, together, TOGETHER, "above", what),))


def level(rounds: Numbers, values: Numbers) -> Numbers:
    """Values without their trend: what they lie above the straight line through them."""
    known = np.isfinite(values)
    return values - np.polyval(np.polyfit(rounds[known], values[known], 1), rounds)


WRONG_SIGN = Rule(
    id="wrong-sign",
    severity="alarm",
    title="The generator's loss has the wrong sign",
    sentence=(
        "The generator's loss is low where the discriminator finds its fakes unreal: it learns to be caught. The sign "
        "of its loss, or the labels of its turn, are the wrong way round."
    ),
    refute="Samples that improve, or another orientation of logits throughout: low for real, high for fake.",
    remedies=("code-fix",),
    consequence_of=("generator-stands-still", "batch-norm-leak"),
    check=wrong_sign,
)
