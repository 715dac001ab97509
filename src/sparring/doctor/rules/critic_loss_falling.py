"""The discriminator's loss falls fast and takes the generator's gradient with it: it is about to win."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BALANCED, BUGS, fine, growth, lately, stays_above
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series
from .critic_loss_zero import ZERO

HALVED = 0.5
"""Loss that is left from one window to the next."""
SURE = 0.95
FADING = 0.7
"""The generator's gradient at the fakes, from one window to the next."""


def falling(
    setup: Setup,
    now: Now,
    critic_loss: Series,
    auc: Series,
    input_gradient: Series,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    balanced, left, fading = BALANCED.get(setup.adversarial), growth(critic_loss, now), growth(input_gradient, now)
    if balanced is None or lately(critic_loss, now).median < ZERO * balanced or left > HALVED:
        return None
    if not stays_above(auc, now, SURE) or fading > FADING or fine(now, distance, distance_raw):
        return None
    what = "what is left after one more window"
    return Claim(
        (
            evidence_of("critic_loss", critic_loss, left, HALVED, "below", what),
            evidence_of("input_gradient", input_gradient, fading, FADING, "below", what),
            evidence_of("auc", auc, lately(auc, now).median, SURE, "above"),
        )
    )


CRITIC_LOSS_FALLING = Rule(
    id="critic-loss-falling",
    severity="warning",
    title="The discriminator's loss falls fast",
    sentence=(
        "The discriminator becomes sure much faster than the generator improves, and the generator's gradient fades. "
        "If that goes on, there will be nothing left to learn from."
    ),
    refute="A loss that rises again as the generator catches up, or samples that improve.",
    remedies=("r1", "spectral-norm", "lower-critic-rate", "fewer-critic-steps", "nonsaturating", "larger-r1"),
    consequence_of=(*BUGS, "critic-too-strong", "vanishing-gradient"),
    check=falling,
)
