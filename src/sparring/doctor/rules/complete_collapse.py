"""All fakes are practically one sample: at least two detectors of collapse agree."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, lately
from ..findings import Claim
from ..looks import OFTEN, STALE, before, lies, settled, stale, stays
from ..rule import Rule
from ..series import Series

ALIKE = 0.3
"""Of the reals' diversity: below, fakes are practically one sample."""
ONE = 0.1
"""The same for hardly more than one sample."""
COPIES = 0.5
"""Share of fakes with a near copy among 200: hardly any in a healthy run."""
ALL = 0.8
"""The same where nearly every fake is one of a few: then they may differ from each other as much as they like."""
SPREAD = 0.5
"""Of the reals' standard deviation over a batch."""
RANK = 0.3
"""Of the participation ratio of the reals' covariance."""
GROWS = 1.15
"""Diversity over that of the looks before: above, the generator is still spreading out ..."""
JUST, LONG = 0.1, 0.3
"""... these being the looks of such a share of the run: just before, and, before it is an alarm, so long that the slow
ones have time, which spread out over half of the run."""
EARLY = 0.3
"""Share of the run from which copies are an alarm."""
LATE = 0.5
"""Share of the run from which a collapse is an alarm; before, only that on hardly more than one sample is."""
LAGS = 1.15
"""Distance of the average's samples over that of the weights themselves: above, it is these that have to be seen."""


def grows(now: Now, diversity: Series, span: float) -> bool:
    """Whether a young generator is only slow to spread out."""
    earlier = before(diversity, now, span)
    return not len(earlier) or lately(diversity, now).median > GROWS * earlier.median


def complete_collapse(
    now: Now,
    diversity: Series,
    batch_spread: Series | None = None,
    rank: Series | None = None,
    duplicates: Series | None = None,
    dominant_share: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now) or grows(now, diversity, JUST):
        return None
    if stale(now, distance, distance_raw, STALE if settled(now, LATE) else LAGS):
        return None
    alike = stays("diversity", diversity, now, "below", ALIKE)
    copies = lies("duplicates", duplicates, now, "above", COPIES)
    others = (
        lies("batch_spread", batch_spread, now, "below", SPREAD),
        lies("rank", rank, now, "below", RANK),
        lies("dominant_share", dominant_share, now, "above", OFTEN),
    )
    found = tuple(one for one in (alike, copies, *others) if one)
    few = copies is not None and copies.value > ALL and len(found) > 2
    if not few and (not alike or len(found) < 2):
        return None
    one = alike is not None and alike.value < ONE
    failing = one or (settled(now, EARLY if few else LATE) and not grows(now, diversity, LONG))
    return Claim(found, severity="alarm" if failing else "warning")


COMPLETE_COLLAPSE = Rule(
    id="complete-collapse",
    severity="alarm",
    title="The generator has collapsed",
    sentence=(
        "Whatever noise the generator is given, it makes practically the same sample. It has found one thing that "
        "the discriminator accepts, and repeats it instead of learning the variety of the data; it seldom "
        "recovers by itself."
    ),
    refute=(
        "A sheet of samples that clearly differ from each other, or training data that are themselves nearly all alike."
    ),
    remedies=(
        "own-settings",
        "default-rates",
        "r1",
        "relativistic-r1-r2",
        "wgan-gp",
        "spectral-norm",
        "minibatch-deviation",
        "pack",
        "lower-generator-rate",
        "unroll",
        "larger-batch",
        "use-labels",
        "code-fix",
    ),
    check=complete_collapse,
    consequence_of=(*BUGS, "noise-ignored"),
)
