"""The numbers look ideal and the samples are garbage: the discriminator is too weak to teach anything."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, LASTING, LOOKS, POOR_DISTANCE, failing, lately, looks, nearness
from ..findings import Claim, evidence_of
from ..looks import hopeless
from ..rule import Rule
from ..series import Series

TELLS = 0.65
"""AUC that any working discriminator exceeds while samples are bad."""
WINDOWS = 3
"""It has to fail for so long: where players chase each other, it is at a loss now and then. One that never worked
needs no further proof."""


def not_working(
    now: Now, auc: Series, distance: Series | None = None, distance_raw: Series | None = None
) -> Claim | None:
    long = now.rounds - WINDOWS * now.window
    typical = max(lately(auc, now).median, auc.since(long).median)
    series = nearness(distance, distance_raw)
    if not typical < TELLS or series is None:
        return None
    never = auc.below(TELLS) >= LASTING and hopeless(now, distance, distance_raw)
    lasting = series.since(long, least=LOOKS).above(POOR_DISTANCE) >= LASTING
    if not never and not (lasting and failing(now, distance, distance_raw)):
        return None
    return Claim((evidence_of("auc", auc, typical, TELLS, "below"), *looks(now, distance, distance_raw)))


CRITIC_NOT_WORKING = Rule(
    id="critic-not-working",
    severity="alarm",
    title="The discriminator does not work",
    sentence=(
        "The samples are bad, and the discriminator cannot tell them from real ones. Both losses may look ideal: the "
        "generator fools a judge that sees nothing, and has no reason to improve."
    ),
    refute="Good samples: then the discriminator cannot tell because there is nothing left to tell.",
    remedies=(
        "own-settings",
        "raise-critic-rate",
        "lower-generator-rate",
        "more-critic-steps",
        "wider-critic",
        "remove-noise",
        "smaller-penalty",
        "default-rates",
        "code-fix",
    ),
    consequence_of=(*BUGS, "penalty-too-strong", "losses-diverge", "wrong-range"),
    check=not_working,
)
