"""Networks that do not listen."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ....play.scene import Verdict
from ...findings import Claim
from ..check import Lint, number, says
from .pair import Pair, Weights, shaken, takes_labels

HEARD = 1e-5
"""Relative change of what a network says, when what it is told changes, from which it listens."""


def deaf_to_noise(pair: Pair) -> Claim | None:
    """All fakes are one."""
    other = pair.z.flip(0)

    def change(weights: Weights | None) -> float:
        drawn = pair.fake if weights is None else pair.fakes(weights=weights)
        return apart(drawn, pair.fakes(other, weights=weights))

    return deafness(
        pair.generator,
        change,
        "The generator draws the same whatever noise it is given: it can make one sample only, or one of each class.",
    )


def deaf_to_labels(pair: Pair) -> Claim | None:
    """All classes are one."""
    labels = shifted(pair)
    if labels is None:
        return None
    if not takes_labels(pair.generator):
        return says("The data has labels, and the generator cannot be told any.", severity="info")

    def change(weights: Weights | None) -> float:
        return apart(pair.fakes(weights=weights), pair.fakes(y=labels, weights=weights))

    return deafness(pair.generator, change, "The generator draws the same whatever label it is asked for.")


def blind(pair: Pair) -> Claim | None:
    """A critic that does not look."""
    if pair.critic is None:
        return None
    other = torch.randn_like(pair.real)

    def change(weights: Weights | None) -> float:
        seen = pair.verdict if weights is None else pair.answers(pair.real, weights=weights)
        return apart(seen, pair.answers(other, weights=weights))

    return deafness(pair.critic, change, "The discriminator answers the same whatever it is shown.")


def blind_to_labels(pair: Pair) -> Claim | None:
    """A critic to which all classes are one."""
    labels = shifted(pair)
    if labels is None or pair.critic is None:
        return None
    if not takes_labels(pair.critic):
        return says("The data has labels, and the discriminator cannot be told any.", severity="info")
    with torch.no_grad():
        said = pair.says(pair.real)
    if isinstance(said, Verdict) and said.classes is not None:
        return None  # it says labels instead of being told

    def change(weights: Weights | None) -> float:
        return apart(pair.answers(pair.real, weights=weights), pair.answers(pair.real, labels, weights))

    return deafness(
        pair.critic,
        change,
        "The discriminator answers the same whatever label it is told, so nobody asks the generator to draw what it "
        "was asked for.",
    )


def deafness(network: nn.Module, change: Callable[[Weights | None], float], sentence: str) -> Claim | None:
    """The claim, if nothing changes: with the weights as they are, nor with any others."""
    with torch.no_grad():
        most = change(None)
        for weights in shaken(network) if most < HEARD else ():
            most = max(most, change(weights))
            if most >= HEARD:
                break
    return None if most >= HEARD else says(sentence, number("relative change of its answers", most, HEARD, "below"))


def shifted(pair: Pair) -> Tensor | None:
    """Other labels; None where there are not two."""
    if pair.labels is None or len(pair.labels.unique()) < 2:
        return None
    values = pair.labels.unique()
    return values[(torch.searchsorted(values, pair.labels) + 1) % len(values)]


def apart(one: Tensor, other: Tensor) -> float:
    """Root mean square of the difference over that of both."""
    size = torch.cat([one, other]).float().square().mean().sqrt()
    return ((one - other).float().square().mean().sqrt() / size.clamp_min(1e-12)).item()


IGNORING: tuple[Lint[Pair], ...] = (
    Lint(
        "ignores-noise",
        "alarm",
        "The generator ignores its noise",
        "Noise that enters the generator in another way.",
        ("code-fix",),
        deaf_to_noise,
    ),
    Lint(
        "ignores-labels",
        "warning",
        "The generator ignores its label",
        "Labels that enter the generator in another way.",
        ("code-fix", "no-labels"),
        deaf_to_labels,
    ),
    Lint(
        "blind-critic",
        "alarm",
        "The discriminator ignores what it is shown",
        "Answers that change once it learns.",
        ("code-fix",),
        blind,
    ),
    Lint(
        "critic-ignores-labels",
        "warning",
        "The discriminator ignores labels",
        "A second output that names the class.",
        ("code-fix", "no-labels"),
        blind_to_labels,
    ),
)
