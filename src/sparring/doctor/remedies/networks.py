"""Remedies about the networks."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from ...games.synthesis import SynthesisSettings
from ...recipes.recipe import Recipe
from ..case import Setup
from .advice import Advice, Changes, settings_of
from .losses import ONE_CENTRED, joint

NARROWEST, WIDEST = 8, 1024
DWARF = 8
"""Times as many weights as the critic's between its layers, from which on a generator of full layers outgrows it."""
THIN = 4
"""Times as wide, from which on one of convolutions does."""
TRANSPOSED = ("dcgan-generator", "dcgan-dense-generator")
"""Generators that enlarge by transposed convolutions."""


def resized(role: str, factor: float) -> Changes:
    """All layers of a role's network that many times as wide."""

    def changes(setup: Setup, recipe: Recipe) -> Iterable[str]:
        found = settings_of(recipe, role)
        if found.get("kind", "").startswith("mlp"):
            usual = (128, 128, 128) if setup.points else (512, 256) if role == "critic" else (256, 512, 1024)
            wanted = [int(width * factor) for width in found["widths"] or usual]
            if min(wanted) >= NARROWEST and max(wanted) <= 2 * WIDEST:
                yield f"networks.{role}.widths={wanted}"
        elif not found.get("widths") and NARROWEST <= int(found.get("width", 0) * factor) <= WIDEST:
            yield f"networks.{role}.width={int(found['width'] * factor)}"

    return changes


def grown_critic(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """A critic as large as the generator, where it is far too small for it; nothing where both are of other kinds."""
    critic, generator = (settings_of(recipe, role) for role in ("critic", "generator"))
    if all(one.get("widths") and one["kind"].startswith("mlp") for one in (critic, generator)):
        if DWARF * between(critic["widths"]) < between(generator["widths"]):
            yield f"networks.critic.widths={list(generator['widths'])}"
    elif THIN * critic.get("width", WIDEST) < generator.get("width", 0):
        yield f"networks.critic.width={generator['width']}"


def between(widths: Iterable[int]) -> int:
    """Weights between layers of so many units, and one at either end."""
    return sum(one * other for one, other in pairwise((1, *widths, 1)))


def critic_dropout(setup: Setup, recipe: Recipe) -> Iterable[str]:
    found = settings_of(recipe, "critic")
    usual = 0.3 if found.get("kind") == "mlp-critic" and not setup.points else 0.0
    if "dropout" in found and not (usual if found["dropout"] is None else found["dropout"]):
        yield "networks.critic.dropout=0.3"


def residual(role: str) -> Changes:
    """The residual network of SNGAN in its place, without batch norm in the critic."""

    def changes(setup: Setup, recipe: Recipe) -> Iterable[str]:
        if isinstance(recipe.game, SynthesisSettings) and not setup.points:
            width = 64 if (recipe.data.size or 64) <= 32 else 32
            yield f"networks.{role}.kind=resnet-{role}"
            yield f"networks.{role}.width={min(width, settings_of(recipe, role).get('width', width))}"
            if role == "critic":
                yield "rules.reconstruction=0"

    return changes


def minibatch_deviation(setup: Setup, recipe: Recipe) -> Iterable[str]:
    found = settings_of(recipe, "critic")
    if "deviations" in found:
        return () if found["deviations"] else ("networks.critic.deviations=1",)
    if "group" in found or recipe.minibatch.measures:
        return ()
    return (f"minibatch.measures={8 if setup.points else 32}",)


def enlarges_unevenly(setup: Setup) -> bool:
    return setup.recipe is None or setup.recipe.networks["generator"].kind in TRANSPOSED


def batch_compared(setup: Setup) -> bool:
    """Whether the critic may be shown how alike the samples of a batch are."""
    packs = setup.recipe is not None and setup.recipe.techniques.pack > 1
    return not packs and not joint(setup) and not {*ONE_CENTRED} & {*setup.penalties}


NETWORKS = (
    Advice(
        "smaller-critic",
        "Make the {critic} half as wide: a smaller one learns less by heart, and is less easily ahead.",
        resized("critic", 0.5),
        from_start=True,
    ),
    Advice(
        "wider-critic",
        "Make the {critic} twice as wide: it is too small to see what is wrong with the fakes.",
        resized("critic", 2),
        from_start=True,
    ),
    Advice(
        "smaller-generator",
        "Make the generator half as wide: it then has less room to store training images.",
        resized("generator", 0.5),
        from_start=True,
    ),
    Advice(
        "critic-dropout",
        "Drop 30% of the {critic}'s features at random in training, so that it learns less by heart.",
        critic_dropout,
    ),
    Advice(
        "resize-convolution",
        "Enlarge by repeating pixels and convolving, as the residual generator does: transposed convolutions leave "
        "a grid.",
        residual("generator"),
        suits=enlarges_unevenly,
        from_start=True,
    ),
    Advice(
        "no-batch-norm-in-critic",
        "Take a {critic} without batch norm: it mixes the samples of a batch, and no penalty on single samples, nor a "
        "bound on the {critic}, means anything with it.",
        residual("critic"),
        suits=lambda setup: "critic" in setup.batch_norm,
        from_start=True,
    ),
    Advice(
        "minibatch-deviation",
        "Show the {critic} how much the samples of a batch differ, so that fakes that are all alike give themselves "
        "away.",
        minibatch_deviation,
        suits=batch_compared,
        from_start=True,
    ),
)
