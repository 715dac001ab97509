"""A generator with labels makes one sample for each of them: its noise has no effect."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS
from ..findings import Claim
from ..looks import settled, stale, stays
from ..rule import Rule
from ..series import Series

NO_EFFECT = 0.2
"""Of the distance between two reals of one label: most labels have practically one sample."""


def noise_ignored(
    setup: Setup,
    now: Now,
    noise_effect: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    if setup.classes < 2 or not settled(now) or stale(now, distance, distance_raw):
        return None
    found = stays("noise_effect", noise_effect, now, "below", NO_EFFECT)
    return Claim((found,)) if found else None


NOISE_IGNORED = Rule(
    id="noise-ignored",
    severity="alarm",
    title="The generator ignores its noise",
    sentence=(
        "For each label the generator makes practically one sample, whatever noise it is given: it has become a "
        "table of pictures. The discriminator sees each label too seldom within a batch to notice."
    ),
    refute="Clearly different samples of one label from different noise.",
    remedies=(
        "minibatch-deviation",
        "r1",
        "relativistic-r1-r2",
        "pack",
        "wgan-gp",
        "spectral-norm",
        "larger-batch",
        "code-fix",
    ),
    check=noise_ignored,
    consequence_of=BUGS,
)
