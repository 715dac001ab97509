"""All fakes are practically one sample: at least two detectors of collapse agree."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, lately
from ..findings import Claim
from ..looks import COLLAPSED, OFTEN, before, idle, lies, noiseless, settled, stale, stays
from ..rule import Rule
from ..series import Series

SPREAD = 0.5
"""Of the reals' standard deviation over a batch."""
RANK = 0.3
"""Of the participation ratio of the reals' covariance."""
COPIES = 0.5
"""Share of fakes with a near copy among 200: hardly any in a healthy run."""
GROWS = 1.15
"""Diversity over that of the looks before: above, the generator is still spreading out."""
SPAN = 0.3
"""Share of the run whose looks these are: slow generators spread out over half of it."""
LATE = 0.5
"""Share of the run from which a collapse is an alarm; before, only that on hardly more than one sample is."""
ONE = 0.1
"""Diversity of hardly more than one sample."""
LAGS = 1.15
"""Distance of the average's samples over that of the weights themselves: above, it is them that have to be seen."""


def grows(now: Now, diversity: Series) -> bool:
    """Whether a young generator is only slow to spread out."""
    earlier = before(diversity, now, SPAN)
    return not len(earlier) or lately(diversity, now).median > GROWS * earlier.median


def complete_collapse(
    now: Now,
    diversity: Series,
    batch_spread: Series | None = None,
    rank: Series | None = None,
    duplicates: Series | None = None,
    dominant_share: Series | None = None,
    noise_effect: Series | None = None,
    generator_still: Series | None = None,
    generator_update: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if not settled(now) or stale(now, distance, distance_raw, LAGS):
        return None
    if noiseless(now, noise_effect, diversity) or grows(now, diversity) or idle(now, generator_still, generator_update):
        return None
    alike = stays("diversity", diversity, now, "below", COLLAPSED)
    others = (
        lies("duplicates", duplicates, now, "above", COPIES),
        lies("batch_spread", batch_spread, now, "below", SPREAD),
        lies("rank", rank, now, "below", RANK),
        lies("dominant_share", dominant_share, now, "above", OFTEN),
    )
    agreeing = tuple(one for one in others if one)
    if not alike or not agreeing:
        return None
    return Claim((alike, *agreeing), severity="alarm" if alike.value < ONE or settled(now, LATE) else "warning")


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
    consequence_of=BUGS,
)
