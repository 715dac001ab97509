"""One kind of sample dominates, and at each look it is another one: the players chase each other."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, LOOKS, course
from ..findings import Claim, evidence_of
from ..looks import OFTEN, below, settled, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
VARIED = 0.6
"""Of the reals' diversity: above, more than one kind of sample is there at a time."""
POOR = 0.05
"""Quality below which samples are of no kind at all."""
CHANGES = 0.5
"""Share of looks at which another region dominates than at the look before."""


def rotating_collapse(
    now: Now,
    dominant_share: Series,
    dominant_region: Series,
    diversity: Series,
    quality: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """Who comes nearer to the data is slow, and runs in no circle."""
    if course(now, distance, distance_raw) == "better":
        return None
    share = stays("dominant_share", dominant_share, now, "above", OFTEN)
    if not share or not settled(now, SETTLED) or not below(diversity, now, VARIED) or below(quality, now, POOR):
        return None
    looks = dominant_region.since(now.start, least=LOOKS + 1).finite().values
    changes = float((looks[1:] != looks[:-1]).mean()) if len(looks) > LOOKS else 0.0
    if changes < CHANGES:
        return None
    jumps = evidence_of("dominant_region", dominant_region, changes, CHANGES, "above", "share of looks at another")
    return Claim((share, jumps))


ROTATING_COLLAPSE = Rule(
    id="rotating-collapse",
    severity="alarm",
    title="The generator jumps from one kind of sample to the next",
    sentence=(
        "At each look nearly all samples are of one kind, but the kind changes: the generator goes where the "
        "discriminator is weak, the discriminator follows, and the two run in circles without learning the rest."
    ),
    refute="A share of the commonest kind that falls from look to look, as it does when a young generator spreads out.",
    remedies=(
        "own-settings",
        "default-rates",
        "r1",
        "lower-rates",
        "lower-momentum",
        "relativistic-r1-r2",
        "wgan-gp",
        "replay",
        "unroll",
        "more-critic-steps",
        "minibatch-deviation",
    ),
    check=rotating_collapse,
    consequence_of=(*BUGS, "complete-collapse"),
)
