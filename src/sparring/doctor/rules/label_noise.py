"""The discriminator learns eagerly and never learns anything: its labels are noise."""

from __future__ import annotations

from ..case import Now, Setup
from ..conditions import lately, looks, nearness
from ..findings import Claim, Evidence, evidence_of
from ..looks import hopeless
from ..rule import Rule
from ..series import Series

GUESSES = 1.386
"""2 log 2, the loss of a discriminator that has nothing to go by."""
CLOSE = 0.03
PINNED = 0.9
"""Share of the run, after its beginning, in which the loss is as close, once it is smooth: of small batches one loss
alone says little."""
SMOOTH = 0.25
"""Half-life of that, in windows."""
BLIND = 0.6
"""AUC, of which the median of all that time is below."""
BEGINNING = 0.05
"""Share of the run so far that does not count."""
LEARNS = 1e-4
"""Size of its updates over its weights, from which on it does try."""
LIES = 0.25
"""Share of exchanged labels that a recipe should not ask for."""
OPPOSED = 10.0
"""A generator whose updates are so many times larger outruns the discriminator, which is another illness."""


def label_noise(
    setup: Setup,
    now: Now,
    critic_loss: Series,
    auc: Series,
    critic_update: Series | None = None,
    generator_update: Series | None = None,
    critic_gradient: Series | None = None,
    penalty_gradient: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """A penalty that pushes harder than the labels do silences the discriminator as well, and is another illness."""
    bad = hopeless(now, distance, distance_raw)
    if not setup.probabilistic or (nearness(distance, distance_raw) is not None and not bad):
        return None
    if setup.lazy > 1 and critic_gradient is not None and penalty_gradient is not None:
        usual = setup.lazy * setup.critic_steps * lately(critic_gradient, now).median
        if lately(penalty_gradient, now).median > usual:
            return None
    losses, ranks = (series.since(BEGINNING * now.rounds) for series in (critic_loss, auc))
    losses = losses.smooth(SMOOTH * now.window)
    pinned = losses.above(GUESSES - CLOSE) - losses.above(GUESSES + CLOSE)
    flip = setup.recipe.rules.targets.flip if setup.recipe else 0.0
    if pinned < PINNED or not ranks.median < BLIND:
        return None
    if flip < LIES and not (bad and tries(critic_update, generator_update)):
        return None
    evidence: list[Evidence] = [
        evidence_of("auc", auc, ranks.median, BLIND, "below"),
        evidence_of("critic_loss", critic_loss, lately(critic_loss, now).median, GUESSES - CLOSE, "above"),
    ]
    return Claim((*evidence, *looks(now, distance, distance_raw)))


def tries(critic: Series | None, generator: Series | None) -> bool:
    """Whether the discriminator moves, and not much more slowly than the generator."""
    if critic is None or not critic.median > LEARNS:
        return False
    return generator is None or not generator.median > OPPOSED * critic.median


LABEL_NOISE = Rule(
    id="label-noise",
    severity="alarm",
    title="The discriminator's labels are noise",
    sentence=(
        "The discriminator learns at full speed, and all the time it has been unable to tell bad fakes from real "
        "samples: its loss is that of guessing. What it is told about which is which must be wrong about half the time."
    ),
    refute="Good samples, or a discriminator whose inputs are drowned in noise on purpose.",
    remedies=("remove-noise", "data-fix", "code-fix"),
    check=label_noise,
)
