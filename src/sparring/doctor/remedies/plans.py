"""Remedies of what is odd in a recipe before it has run: each brings a setting back to what is usual."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ...games.casting import FromNoise
from ...games.synthesis import SynthesisSettings
from ...recipes.recipe import Recipe
from ...settings import to_json
from ...techniques.ada import Ada
from ..case import Setup
from .advice import Advice, preset_of
from .losses import ONE_CENTRED, ZERO_CENTRED
from .networks import grown_critic

OWN: Mapping[str, tuple[str, ...]] = {
    "rules": (),
    "optims": ("name", "lr", "beta1", "beta2", "momentum"),
    "game": ("critic_steps", "clip", "warmup_rounds"),
}
"""Part of a recipe -> those of its settings that were tried together; () = all."""
LAZY = 16
"""Rounds between penalties, as StyleGAN2 pays them."""
TIMES = 10
"""Each image is shown so often, at least, in a run of some use."""


def own_settings(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Whatever differs from the preset in rules, optimisers and numbers of updates; nothing where it is no preset's.

    With a critic that is dwarfed by the generator no rates work: it grows as well.
    """
    preset = preset_of(setup, recipe)
    if preset is None or preset.optims.keys() != recipe.optims.keys() or preset.game.kind != recipe.game.kind:
        return
    for part, names in OWN.items():
        wanted, there = to_json(preset)[part], to_json(recipe)[part]
        for owner in ("",) if part != "optims" else wanted:
            tried, mine = (whole[owner] if owner else whole for whole in (wanted, there))
            for name in names or tried:
                if name in tried and tried[name] != mine[name]:
                    value = tried[name] if isinstance(tried[name], str) else json.dumps(tried[name])
                    yield f"{'.'.join(filter(None, (part, owner, name)))}={value}"
    yield from grown_critic(setup, recipe)


def normal_noise(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if isinstance(recipe.game, FromNoise):
        yield "game.prior=normal"


def no_flip(setup: Setup, recipe: Recipe) -> Iterable[str]:
    augment = recipe.techniques.augment
    if recipe.data.flip:
        yield "data.flip=false"
    if isinstance(augment, Ada) and "flip" in augment.operations:
        yield f"techniques.augment.operations={json.dumps([one for one in augment.operations if one != 'flip'])}"
    yield from no_consistency(setup, recipe)


def regular_penalty(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """WGAN-GP is paid in every round: nothing else bounds its critic."""
    usual = 1 if setup.adversarial == "wasserstein" else LAZY
    if recipe.rules.lazy > usual:
        yield f"rules.lazy={usual}"


def one_penalty(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Those that pull the slope to 0 go, where others pull it to 1."""
    if any(name in setup.penalties for name in ONE_CENTRED):
        yield from (f"rules.{name}=0" for name in ZERO_CENTRED if name in setup.penalties)


def usual_targets(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Smoothed for real samples alone; not at all where squares are taken."""
    targets, soft = recipe.rules.targets, 1.0 if setup.adversarial == "least_squares" else 0.9
    if targets.real != (1.0, 1.0):
        yield f"rules.targets.real=[{soft}, {soft}]"
    if targets.fake != (0.0, 0.0):
        yield "rules.targets.fake=[0, 0]"
    if targets.flip:
        yield "rules.targets.flip=0"


def no_clip(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if isinstance(recipe.game, SynthesisSettings) and recipe.game.clip:
        yield "game.clip=0"


def no_consistency(setup: Setup, recipe: Recipe) -> Iterable[str]:
    return (f"rules.{name}=0" for name in ("consistency", "consistency_fake") if getattr(recipe.rules, name))


def no_warm_up(setup: Setup, recipe: Recipe) -> Iterable[str]:
    return (f"optims.{player}.warmup_images=0" for player, one in recipe.optims.items() if one.warmup_images)


def longer_run(setup: Setup, recipe: Recipe) -> Iterable[str]:
    return (f"train.images={TIMES * max(recipe.train.images, setup.count or 0)}",)


PLANS = (
    Advice(
        "own-settings",
        "Go back to the losses, penalties, learning rates and numbers of updates that the recipe came with, and to a "
        "{critic} no smaller than the generator: they were tried together, and what has been changed is the first "
        "suspect.",
        own_settings,
        suits=lambda setup: setup.recipe is not None,
    ),
    Advice("normal-noise", "Draw the noise from a normal distribution.", normal_noise),
    Advice("no-flip", "Do not mirror images whose left and right mean something.", no_flip),
    Advice("whole-batch", "Show the {critic} each batch as a whole.", lambda setup, recipe: ("train.accumulate=1",)),
    Advice("regular-penalty", "Pay the penalty as often as is usual.", regular_penalty),
    Advice(
        "one-penalty", "Keep the penalty that holds the slope at 1, and leave out those that pull it to 0.", one_penalty
    ),
    Advice("usual-targets", "Smooth the labels of real samples alone, and a little.", usual_targets),
    Advice("no-clip", "Do not clip the {critic}'s weights: something else bounds it.", no_clip),
    Advice("no-consistency", "Leave the consistency terms out: augmentation asks for the same.", no_consistency),
    Advice("single-fakes", "Let the generator learn from all fakes.", lambda setup, recipe: ("techniques.top_k=1",)),
    Advice("gray-data", "Read the images as gray.", lambda setup, recipe: ("data.channels=1",), from_start=True),
    Advice("no-warm-up", "Begin at the full learning rate.", no_warm_up),
    Advice("longer-run", "Train longer: nothing can be said of a run that ends so early.", longer_run),
)
