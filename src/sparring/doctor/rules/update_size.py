"""Updates much too large or too small for the weights: the learning rate does not fit. A rule for either."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, failing, lately, looks, stays_above, stays_below
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

TOO_LARGE = 0.05
"""Around 0.001 is usual; small networks at high rates reach 0.03 and do well."""
TOO_SMALL = 2e-6
PLAYERS = ("generator", "critic")


def too_large(
    now: Now,
    generator_update: Series | None = None,
    critic_update: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    evidence: list[Evidence] = []
    for player, update in zip(PLAYERS, (generator_update, critic_update), strict=True):
        if update is not None and stays_above(update, now, TOO_LARGE):
            evidence.append(evidence_of(f"{player}_update", update, lately(update, now).median, TOO_LARGE, "above"))
    if not evidence:
        return None
    bad = failing(now, distance, distance_raw)
    return Claim(
        (*evidence, *looks(now, distance, distance_raw)) if bad else tuple(evidence), severity="alarm" if bad else None
    )


def too_small(
    now: Now,
    generator_update: Series | None = None,
    critic_update: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    """Only while samples are bad: schedules end in small updates, and rightly."""
    if not failing(now, distance, distance_raw):
        return None
    evidence: list[Evidence] = []
    for player, update in zip(PLAYERS, (generator_update, critic_update), strict=True):
        if update is not None and stays_below(update, now, TOO_SMALL):
            evidence.append(evidence_of(f"{player}_update", update, lately(update, now).median, TOO_SMALL, "below"))
    return Claim((*evidence, *looks(now, distance, distance_raw))) if evidence else None


UPDATES_TOO_LARGE = Rule(
    id="updates-too-large",
    severity="warning",
    title="Updates are too large",
    sentence=(
        "Each update changes the weights by more than a twentieth of their size. That is no longer learning in small "
        "steps but jumping about: even if samples look well now, they may be lost within a few updates. The learning "
        "rate is too high."
    ),
    refute="Weights that are tiny by design, such as those right after an initialisation near zero.",
    remedies=("own-settings", "lower-rates", "default-rates", "clip-gradients", "larger-batch"),
    consequence_of=BUGS,
    check=too_large,
)
UPDATES_TOO_SMALL = Rule(
    id="updates-too-small",
    severity="alarm",
    title="Updates are too small",
    sentence=(
        "Updates hardly change the weights, and the samples are bad. At this pace training takes for ever; the "
        "learning rate is too low."
    ),
    refute="A schedule that has come to its end, or a warm-up that has just begun.",
    remedies=("own-settings", "default-rates", "raise-critic-rate", "raise-generator-rate"),
    consequence_of=(*BUGS, "vanishing-gradient"),
    check=too_small,
)
