"""What is known of a recipe before its first round."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from ..games.synthesis import SynthesisSettings
from ..play.game import Game
from ..play.optim import Optim
from ..play.parallel import SynchronisedBatchNorm
from ..recipes.assemble import assemble
from ..recipes.preset import Facts
from ..recipes.recipe import Recipe
from ..techniques.spectral import SpectralNorm
from .case import Setup

BATCH_NORMS = (nn.modules.batchnorm._BatchNorm, SynchronisedBatchNorm)
SPECTRAL_NORMS = (SpectralNorm, nn.utils.parametrizations._SpectralNorm)


def setup_of(recipe: Recipe, facts: Facts, game: Game | None = None) -> Setup:
    """The set-up that rules and remedies are told; without the recipe's `game`, its networks are built to look at."""
    game = game or assemble(recipe, facts.shape, facts.classes)
    players = {name: player.modules for name, player in game.players().items()}
    rules = recipe.rules
    clip = recipe.game.clip if isinstance(recipe.game, SynthesisSettings) else 0.0
    return Setup(
        adversarial=rules.adversarial,
        penalties=rules.penalties,
        lazy=rules.lazy,
        bounded=bool(rules.penalties or clip or has(players.get("critic", ()), SPECTRAL_NORMS)),
        clip=clip,
        critic_steps=recipe.game.batches,
        batch=recipe.train.batch,
        rounds=sum(stage.rounds for stage in game.stages()),
        classes=facts.classes,
        count=facts.count,
        points=facts.points,
        rates={name: optim.lr for name, optim in recipe.optims.items()},
        momentum={name: momentum_of(optim) for name, optim in recipe.optims.items()},
        half_life=recipe.average.half_life_images,
        batch_norm=frozenset(name for name, modules in players.items() if has(modules, BATCH_NORMS)),
        augment=recipe.techniques.augment.kind,
        recipe=recipe,
    )


def momentum_of(optim: Optim) -> float:
    """How much of the last update goes into the next, 0..1: beta1 of Adam, the momentum of others."""
    return optim.beta1 if optim.name in ("adam", "adamw") else optim.momentum


def has(modules: Iterable[nn.Module], kinds: tuple[type[nn.Module], ...]) -> bool:
    """Whether a module of one of these kinds is anywhere inside."""
    return any(isinstance(part, kinds) for module in modules for part in module.modules())
