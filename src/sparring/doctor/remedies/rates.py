"""Remedies about how fast and how often the players learn."""

from __future__ import annotations

from collections.abc import Iterable

from ...play.optim import Optim
from ...recipes.recipe import Recipe
from ..case import Setup
from .advice import Advice, Changes, number, preset_of

SLOWEST, FASTEST = 1e-6, 1e-3
"""Learning rates that no remedy goes beyond."""
MANY_STEPS = 5
"""Updates of a Wasserstein critic per update of the generator, as published."""
LARGEST_BATCH = 512
USUAL = Optim(lr=2e-4, beta1=0.5)
"""What DCGAN made the habit of most GANs."""


def slower(player: str, other: str) -> Changes:
    """A quarter of the player's rate, or the other's where that is lower still."""

    def changes(setup: Setup, recipe: Recipe) -> Iterable[str]:
        mine, theirs = (recipe.optims[name].lr for name in (player, other))
        lower = min(mine / 4, theirs) if theirs else mine / 4
        return (f"optims.{player}.lr={number(lower)}",) if lower >= SLOWEST else ()

    return changes


def faster(player: str, other: str) -> Changes:
    """Twice the player's rate, or the other's where that is higher still."""

    def changes(setup: Setup, recipe: Recipe) -> Iterable[str]:
        mine, theirs = (recipe.optims[name].lr for name in (player, other))
        higher = min(max(2 * mine, theirs), FASTEST)
        return (f"optims.{player}.lr={number(higher)}",) if higher > mine else ()

    return changes


def lower_rates(setup: Setup, recipe: Recipe) -> Iterable[str]:
    for player, optim in recipe.optims.items():
        if optim.lr / 4 >= SLOWEST:
            yield f"optims.{player}.lr={number(min(optim.lr / 4, FASTEST / 2))}"


def default_rates(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """The preset's own optimisers and steps; the usual ones where the recipe is no preset's, or where these failed."""
    usual, steps = dict.fromkeys(recipe.optims, USUAL), setup.critic_steps if setup.adversarial == "wasserstein" else 1
    preset = preset_of(setup, recipe)
    if preset and preset.optims != recipe.optims and preset.optims.keys() == recipe.optims.keys():
        usual, steps = preset.optims, preset.game.batches
    for player, optim in usual.items():
        for field in ("name", "lr", "beta1", "beta2", "momentum"):
            if (value := getattr(optim, field)) != getattr(recipe.optims[player], field):
                yield f"optims.{player}.{field}={value}"
    if steps < setup.critic_steps:
        yield f"game.critic_steps={steps}"


def lower_momentum(setup: Setup, recipe: Recipe) -> Iterable[str]:
    for player, optim in recipe.optims.items():
        adam = optim.name in ("adam", "adamw")
        if (optim.beta1 if adam else optim.momentum) > 0:
            halfway = adam and optim.beta1 > 0.5 and setup.adversarial != "wasserstein"
            yield f"optims.{player}.{'beta1' if adam else 'momentum'}={0.5 if halfway else 0.0}"


def fewer_steps(setup: Setup, recipe: Recipe) -> Iterable[str]:
    return ("game.critic_steps=1",)


def more_steps(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if recipe.train.solver == "alternate":
        yield f"game.critic_steps={MANY_STEPS if setup.adversarial == 'wasserstein' else 2 * setup.critic_steps}"


def clip_gradients(setup: Setup, recipe: Recipe) -> Iterable[str]:
    for player, optim in recipe.optims.items():
        if not optim.clip_norm:
            yield f"optims.{player}.clip_norm=1.0"


def larger_batch(setup: Setup, recipe: Recipe) -> Iterable[str]:
    batch = 2 * recipe.train.batch
    if batch <= LARGEST_BATCH and (setup.count is None or batch <= setup.count):
        yield f"train.batch={batch}"


def ema(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if not recipe.average.half_life_images:
        yield f"average.half_life_images={min(10_000, max(recipe.train.batch, recipe.train.images // 50))}"


def shorter_ema(setup: Setup, recipe: Recipe) -> Iterable[str]:
    shorter = max(recipe.train.batch, recipe.train.images // 100)
    if recipe.average.half_life_images > shorter:
        yield f"average.half_life_images={shorter}"
        if not recipe.average.ramp:
            yield "average.ramp=0.05"


RATES = (
    Advice(
        "lower-critic-rate",
        "Let the {critic} learn four times more slowly, so that the generator can keep up with it.",
        slower("critic", "generator"),
    ),
    Advice(
        "raise-critic-rate",
        "Let the {critic} learn faster: a generator only learns as much as its {critic} can tell it.",
        faster("critic", "generator"),
    ),
    Advice(
        "raise-generator-rate",
        "Let the generator learn faster, so that it keeps up with the {critic}.",
        faster("generator", "critic"),
    ),
    Advice(
        "lower-generator-rate",
        "Let the generator learn more slowly: it runs away from what the {critic} has learned to judge.",
        slower("generator", "critic"),
    ),
    Advice(
        "lower-rates",
        "Let both players learn four times more slowly: with smaller steps they circle each other less.",
        lower_rates,
    ),
    Advice(
        "default-rates",
        "Go back to learning rates, momentum and numbers of updates that are known to work: the recipe's own, or those "
        "of DCGAN.",
        default_rates,
    ),
    Advice(
        "lower-momentum",
        "Lower the momentum of the optimisers: in a game, yesterday's direction is soon the wrong one.",
        lower_momentum,
    ),
    Advice(
        "fewer-critic-steps",
        "Update the {critic} once per update of the generator, so that it does not run ahead.",
        fewer_steps,
        suits=lambda setup: setup.critic_steps > 1 and setup.adversarial != "wasserstein",
    ),
    Advice(
        "more-critic-steps",
        "Update the {critic} more often per update of the generator, so that its judgement is up to date.",
        more_steps,
        suits=lambda setup: setup.critic_steps < MANY_STEPS,
    ),
    Advice(
        "clip-gradients",
        "Clip the gradients of both players to a norm of 1, so that a single batch cannot throw them off.",
        clip_gradients,
    ),
    Advice(
        "larger-batch",
        "Take larger batches: the gradients are less noisy, and batch statistics more exact.",
        larger_batch,
    ),
    Advice(
        "ema",
        "Sample from an average of the generator's weights over time, which irons out how they swing.",
        ema,
        suits=lambda setup: not setup.half_life,
    ),
    Advice(
        "shorter-ema",
        "Average the generator's weights over a shorter time: the average still remembers old, bad weights.",
        shorter_ema,
        suits=lambda setup: setup.half_life > 0,
    ),
)
