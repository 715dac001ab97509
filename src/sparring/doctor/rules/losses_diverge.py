"""The gap between verdicts on real samples and on fakes grows without end: nothing bounds the discriminator."""

from __future__ import annotations

import numpy as np

from ..case import Now, Setup
from ..conditions import BUGS, failing, fine, growth, looks
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

WIDE = 50.0
"""Gap of mean logits. Losses with a target stay far below; with a Wasserstein loss it is in the units of the data."""
GROWS = 1.2
"""Times, from one window to the next."""


def diverging(
    setup: Setup,
    now: Now,
    real_logit: Series,
    fake_logit: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """The gap and not the logits, which drift freely and harmlessly where only differences count."""
    if len(real_logit) != len(fake_logit) or fine(now, distance, distance_raw):
        return None
    gap = Series(real_logit.rounds, real_logit.images, np.abs(real_logit.values - fake_logit.values))
    typical, grows = gap.since(now.start).median, growth(gap, now)
    if not typical > WIDE or (grows < GROWS and not failing(now, distance, distance_raw)):
        return None
    evidence = evidence_of("real_logit", gap, typical, WIDE, "above", "distance from the mean logit of fakes")
    bad = failing(now, distance, distance_raw)
    return Claim(
        (evidence, *looks(now, distance, distance_raw)) if bad else (evidence,), severity="alarm" if bad else None
    )


LOSSES_DIVERGE = Rule(
    id="losses-diverge",
    severity="warning",
    title="Losses run away",
    sentence=(
        "The discriminator's verdicts on real samples and on fakes drift apart without end. Nothing holds its slope "
        "down, so it can make its loss as low as it likes by turning itself up, and what the generator is told "
        "grows with it."
    ),
    refute="Data in large units, with a Wasserstein loss: the gap is a distance in those units.",
    remedies=(
        "own-settings",
        "wgan-gp",
        "r1",
        "spectral-norm",
        "hinge-spectral-norm",
        "larger-r1",
        "lower-critic-rate",
    ),
    consequence_of=BUGS,
    check=diverging,
)
