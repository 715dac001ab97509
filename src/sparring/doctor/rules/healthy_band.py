"""Both losses move within a band and drift nowhere: what a healthy training looks like from outside."""

from __future__ import annotations

import numpy as np

from ..case import Now
from ..conditions import poor
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

WIDEST = 0.3
"""Standard deviation over mean of a loss; more is no steady band."""
DRIFT = 0.3
"""Of the mean, over five windows."""
WINDOWS, LEAST = 5, 20


def healthy_band(
    now: Now,
    generator_loss: Series,
    critic_loss: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    evidence = []
    for name, losses in (("critic_loss", critic_loss), ("generator_loss", generator_loss)):
        recent = losses.since(now.rounds - WINDOWS * now.window).finite()
        if len(recent) < LEAST:
            return None
        middle, lasted = abs(float(recent.values.mean())), np.ptp(recent.rounds) / 1000
        width = float(recent.values.std()) / max(middle, 1e-9)
        if width > WIDEST or abs(recent.slope()) * lasted > DRIFT * middle:
            return None
        evidence.append(evidence_of(name, losses, width, WIDEST, "below", "standard deviation over mean"))
    return None if poor(now, distance, distance_raw) else Claim(tuple(evidence))


HEALTHY_BAND = Rule(
    id="healthy-band",
    severity="info",
    title="Both losses are steady",
    sentence=(
        "Both losses go up and down within a band and drift nowhere, which is what balance looks like: neither player "
        "wins. Whether the samples are good is another question, which losses cannot answer."
    ),
    refute="Nothing: this is good news. Bad samples at steady losses mean that the discriminator is of no use.",
    remedies=(),
    check=healthy_band,
)
