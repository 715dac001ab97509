"""Labels are obeyed, but within a class all fakes are alike: for one class, or for all of them."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS
from ..findings import Claim
from ..looks import settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
SPREAD = 0.3
"""Of the distance between two reals of the class."""


def class_collapse(
    now: Now,
    class_spread: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now, SETTLED) or stale(now, distance, distance_raw):
        return None
    found = stays("class_spread", class_spread, now, "below", SPREAD)
    return Claim((found,)) if found else None


CLASS_COLLAPSE = Rule(
    id="class-collapse",
    severity="warning",
    title="Samples of one class are all alike",
    sentence=(
        "For at least one class the generator makes practically the same sample each time, although the classes "
        "themselves are there. A count of classes looks fine; the variety within them is lost."
    ),
    refute="A sheet of that class whose samples differ about as much as real ones of it do.",
    remedies=("r1", "relativistic-r1-r2", "minibatch-deviation", "pack", "larger-batch", "spectral-norm", "wgan-gp"),
    check=class_collapse,
    consequence_of=(*BUGS, "complete-collapse", "noise-ignored"),
)
