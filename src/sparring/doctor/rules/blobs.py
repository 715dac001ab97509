"""Single activations of the generator are far larger than the rest: droplets that normalisation invites."""

from __future__ import annotations

from ..case import Now
from ..findings import Claim
from ..looks import PLAYERS, settled, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
PEAK = 50.0
"""Over the layer's root mean square."""


def blobs(now: Now, activation_peak: Series) -> Claim | None:
    if not settled(now, SETTLED):
        return None
    found = stays("activation_peak", activation_peak, now, "above", PEAK)
    return Claim((found,)) if found else None


BLOBS = Rule(
    id="blobs",
    severity="warning",
    title="The generator makes blobs",
    sentence=(
        "At single places the generator's activations are many times larger than elsewhere. It smuggles signal past a "
        "normalisation that way, and it is seen as bright droplets that sit in every sample."
    ),
    refute="Samples without such droplets when they are looked at closely.",
    remedies=("code-fix", "r1", "lower-generator-rate"),
    check=blobs,
    consequence_of=(*PLAYERS, "complete-collapse"),
)
