"""The generator's loss over the discriminator's: worth a look at times, and never to be steered by."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import lately
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

BALANCED = {"nonsaturating": 0.5, "least_squares": 0.5}
"""The ratio where both kinds look alike: log 2 over 2 log 2, and 1/8 over 1/4. Other losses have none: their zero is
arbitrary."""


def loss_ratio(setup: Setup, now: Now, generator_loss: Series, critic_loss: Series) -> Claim | None:
    balanced, below = BALANCED.get(setup.adversarial), lately(critic_loss, now).median
    if balanced is None or not below > 0:
        return None
    ratio = lately(generator_loss, now).median / below
    side = "above" if ratio > balanced else "below"
    what = "the generator's loss over the discriminator's"
    return Claim((evidence_of("generator_loss", generator_loss, ratio, balanced, side, what),))


LOSS_RATIO = Rule(
    id="loss-ratio",
    severity="info",
    title="How the two losses compare",
    sentence=(
        "The generator's loss over the discriminator's is often said to be 1 in a balanced training. That holds where "
        "the discriminator's loss is the mean of its real and its fake part; here both are added, and balance is at "
        "0.5. It is no aim, and choosing whom to train by comparing losses does more harm than good: the two are on "
        "different scales."
    ),
    refute="Nothing: this is a reading, not a complaint.",
    remedies=(),
    check=loss_ratio,
)
