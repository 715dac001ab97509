"""Labels are obeyed, but within a class all fakes are alike: for one class, or for all of them."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS
from ..findings import Claim
from ..looks import below, collapsed, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.2
SPREAD = 0.3
"""Of the distance between two reals of the class."""
IGNORED = 0.2
"""The same for the median over labels: below, noise has no effect at all."""
MISSED = 0.1
"""Share of its due of a class: below, it is missing rather than uniform."""


def class_collapse(
    setup: Setup,
    now: Now,
    class_spread: Series,
    noise_effect: Series | None = None,
    diversity: Series | None = None,
    least_class: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now, SETTLED) or collapsed(now, diversity) or stale(now, distance, distance_raw):
        return None
    if below(least_class, now, MISSED) or (setup.classes > 1 and below(noise_effect, now, IGNORED)):
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
