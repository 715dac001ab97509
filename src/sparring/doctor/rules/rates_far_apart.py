"""One player learns so much faster than the other that it is no match."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS, failing
from ..findings import Claim, Evidence
from ..rule import Rule
from ..series import Series

FAR = 20.0
"""Times the other's learning rate, counting the discriminator's updates per round; 1 to 5 is usual."""


def far_apart(
    setup: Setup, now: Now, distance: Series | None = None, distance_raw: Series | None = None
) -> Claim | None:
    generator, critic = setup.rates.get("generator", 0.0), setup.rates.get("critic", 0.0) * setup.critic_steps
    if not generator or not critic:
        return None
    ratio = max(generator / critic, critic / generator)
    if ratio < FAR:
        return None
    severity = "warning" if failing(now, distance, distance_raw) else "info"
    return Claim((Evidence("ratio of the learning rates", ratio, FAR, "above"),), severity=severity)


RATES_FAR_APART = Rule(
    id="rates-far-apart",
    severity="info",
    title="The learning rates are far apart",
    sentence=(
        "One player learns many times faster than the other. A discriminator that is two to four times faster is "
        "common; beyond that one of them has usually won before the other has begun."
    ),
    refute="Different optimisers, whose learning rates cannot be compared, or samples that improve.",
    remedies=(
        "own-settings",
        "default-rates",
    ),
    consequence_of=BUGS,
    check=far_apart,
)
