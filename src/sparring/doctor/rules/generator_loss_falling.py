"""The generator's loss falls and falls: its opponent does not resist."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import BUGS, fine, growth, lately
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

EASY = {"nonsaturating": 0.35, "least_squares": 0.06}
"""Half of what the generator's loss is where both kinds look alike."""
FALL = 0.7
"""From one window to the next, at most so much is left."""
TELLS = 0.6


def falling(
    setup: Setup,
    now: Now,
    generator_loss: Series,
    auc: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    bound, left = EASY.get(setup.adversarial), growth(generator_loss, now)
    typical = lately(generator_loss, now).median
    if bound is None or typical > bound or left > FALL or fine(now, distance, distance_raw):
        return None
    evidence: list[Evidence] = [
        evidence_of("generator_loss", generator_loss, typical, bound, "below"),
        evidence_of("generator_loss", generator_loss, left, FALL, "below", "what is left after one more window"),
    ]
    if auc is not None:
        if lately(auc, now).median > TELLS:
            return None
        evidence.append(evidence_of("auc", auc, lately(auc, now).median, TELLS, "below"))
    return Claim(tuple(evidence))


GENERATOR_LOSS_FALLING = Rule(
    id="generator-loss-falling",
    severity="warning",
    title="The generator's loss keeps falling",
    sentence=(
        "The generator has an ever easier time, which is no good sign: the discriminator does not keep up, so what "
        "the generator learns is to please a bad judge and not to look real."
    ),
    refute="Samples that improve: a generator that was behind catches up like this.",
    remedies=("raise-critic-rate", "lower-generator-rate", "more-critic-steps", "wider-critic", "code-fix"),
    consequence_of=(*BUGS, "critic-not-working"),
    check=falling,
)
