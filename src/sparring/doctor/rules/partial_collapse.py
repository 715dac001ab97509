"""Classes or regions of the data have no fakes, while the rest is varied."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS
from ..findings import Claim
from ..looks import EDGE, READING, above, below, lies, settled, stale, stays
from ..rule import Rule
from ..series import Series

SETTLED = 0.25
"""Share of the run that a healthy generator has to find all kinds."""
LEAST = 0.1
"""Share of the class that is missed most, over its share among reals: less than a tenth of its due."""
DIVERGENCE = 0.5
"""Nats of the fakes' classes from the real ones; ln K would be one class of K."""
REGIONS = 0.7
"""Share of regions of the data that fakes reach; most healthy runs reach all."""
POOR = 0.05
"""Quality below which samples are of no kind at all."""
COVERAGE = 0.3
"""Share of real samples with a fake nearby."""
LOST = 0.5
"""Share of regions below which the run is failing, where few reals are covered too ..."""
LATE = 0.7
"""... from this share of the run on."""


def partial_collapse(
    now: Now,
    regions: Series | None = None,
    least_class: Series | None = None,
    class_divergence: Series | None = None,
    coverage: Series | None = None,
    quality: Series | None = None,
    border_gap: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now, SETTLED) or stale(now, distance, distance_raw) or below(quality, now, POOR):
        return None
    missing = (
        stays("least_class", least_class, now, "below", LEAST),
        stays("class_divergence", class_divergence, now, "above", DIVERGENCE),
        stays("regions", regions, now, "below", REGIONS),
    )
    if not any(missing):
        return None
    few = lies("coverage", coverage, now, "below", COVERAGE)
    found = tuple(one for one in (*missing, few) if one)
    # Where all fakes have other edges, none lies among the reals, whatever it shows.
    lost = few and below(regions, now, LOST) and settled(now, LATE) and not above(border_gap, now, EDGE)
    return Claim(found, severity="alarm" if lost else "warning")


PARTIAL_COLLAPSE = Rule(
    id="partial-collapse",
    severity="warning",
    title="Kinds of samples are missing",
    sentence=(
        "The generator makes some kinds of samples and leaves others out altogether: nobody who draws from it "
        "will ever see them. The discriminator does not punish what is missing, only what looks wrong."
    ),
    refute="Samples of the missing kinds on a large sheet, or kinds that hardly occur in the training data either.",
    remedies=(
        "own-settings",
        "r1",
        "relativistic-r1-r2",
        "minibatch-deviation",
        "pack",
        "wgan-gp",
        "spectral-norm",
        "unroll",
        "larger-batch",
        "use-labels",
        "data-fix",
    ),
    check=partial_collapse,
    consequence_of=(*BUGS, *READING, "complete-collapse", "rotating-collapse", "noise-ignored"),
)
