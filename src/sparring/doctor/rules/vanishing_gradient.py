"""The generator gets no gradient, because the discriminator is sure of everything and flat where the fakes are."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS, lately, learning, stays_above, stays_below
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

SURE = 0.95
"""Near the end of a good training gradients shrink as well, but then the discriminator is not sure."""
FADED = 1e-3
"""Of the largest gradient that there was."""
NOTHING = 1e-3
"""At the fakes, whatever it was before: a step of 1 in the space of samples, where real ones differ by about that,
moves the generator's loss by less."""
SATURATED = -4.6
"""Logit with a probability of 0.01, to which the saturating loss's gradient is proportional."""


def vanishing(
    setup: Setup,
    now: Now,
    auc: Series,
    input_gradient: Series | None = None,
    generator_gradient: Series | None = None,
    fake_logit: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.clip or not stays_above(auc, now, SURE) or learning(now, distance, distance_raw):
        return None
    evidence: list[Evidence] = []
    for name, series in (("input_gradient", input_gradient), ("generator_gradient", generator_gradient)):
        if series is not None and len(peak := series.finite()):
            bound = FADED * float(peak.values.max())
            if name == "input_gradient" and setup.adversarial != "wasserstein":
                bound = max(bound, NOTHING)
            if stays_below(series, now, bound):
                evidence.append(evidence_of(name, series, lately(series, now).median, bound, "below"))
    if setup.adversarial == "minimax" and fake_logit is not None and stays_below(fake_logit, now, SATURATED):
        typical = lately(fake_logit, now).median
        evidence.append(evidence_of("fake_logit", fake_logit, typical, SATURATED, "below"))
    if not evidence:
        return None
    return Claim((*evidence, evidence_of("auc", auc, lately(auc, now).median, SURE, "above")))


VANISHING_GRADIENT = Rule(
    id="vanishing-gradient",
    severity="alarm",
    title="The generator's gradient has vanished",
    sentence=(
        "The discriminator is sure of every sample and flat around the fakes, so that hardly any gradient reaches the "
        "generator: it does not know in which direction real samples lie, and stands still."
    ),
    refute="A discriminator that is not sure: near the end of a good training gradients become small as well.",
    remedies=(
        "own-settings",
        "nonsaturating",
        "r1",
        "spectral-norm",
        "fewer-critic-steps",
        "lower-critic-rate",
        "wgan-gp",
        "least-squares",
        "relativistic-r1-r2",
        "instance-noise",
        "label-smoothing",
        "smaller-critic",
    ),
    consequence_of=BUGS,
    check=vanishing,
)
