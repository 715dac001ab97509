"""Clipping leaves the critic so little room that it says the same of everything."""

from __future__ import annotations

import numpy as np

from ..case import Now, Setup
from ..conditions import BUGS, failing, lately, looks, stays_below
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

ALIKE = 1e-3
"""Between the mean verdicts on real samples and on fakes."""
NO_GRADIENT = 1e-3
AT_BOUND = 0.5
"""Share of the weights."""


def dead_critic(
    setup: Setup,
    now: Now,
    real_logit: Series,
    fake_logit: Series,
    generator_gradient: Series,
    clipped_share: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    real, fake = lately(real_logit, now), lately(fake_logit, now)
    if not setup.clip or len(real) != len(fake):
        return None
    gaps = np.abs(real.values - fake.values)
    if not np.nanquantile(gaps, 0.8) < ALIKE or not stays_below(generator_gradient, now, NO_GRADIENT):
        return None
    typical = lately(generator_gradient, now).median
    what = "distance from the mean verdict on fakes"
    evidence: list[Evidence] = [
        evidence_of("real_logit", real_logit, float(np.nanmedian(gaps)), ALIKE, "below", what),
        evidence_of("generator_gradient", generator_gradient, typical, NO_GRADIENT, "below"),
    ]
    if clipped_share is not None and stays_below(clipped_share, now, AT_BOUND) is False:
        share = lately(clipped_share, now).median
        evidence.append(evidence_of("clipped_share", clipped_share, share, AT_BOUND, "above"))
    bad = failing(now, distance, distance_raw)
    return Claim(
        (*evidence, *looks(now, distance, distance_raw)) if bad else tuple(evidence), severity="alarm" if bad else None
    )


DEAD_CLIPPED_CRITIC = Rule(
    id="dead-clipped-critic",
    severity="warning",
    title="The clipped critic is nearly dead",
    sentence=(
        "The critic's weights are clipped to so small a bound that its verdicts on real samples and on fakes are "
        "practically the same number. What reaches the generator is a tiny slope, and training crawls at best."
    ),
    refute="A gap between real samples and fakes that grows, or samples that keep improving at a good pace.",
    remedies=("own-settings", "wgan-gp", "r1", "hinge-spectral-norm", "raise-critic-rate"),
    consequence_of=BUGS,
    check=dead_critic,
)
