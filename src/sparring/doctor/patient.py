"""Whoever is looked at: the players, and how they are called. Our sessions make one, and so can any other loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from ..games.casting import FromNoise
from ..games.growing import Growing
from ..games.inference import InferenceSettings
from ..games.synthesis import SynthesisSettings
from ..layers.growth import as_shown
from ..play.engine import Engine
from ..play.game import Turn
from ..play.scene import Sample, Verdict
from ..recipes.recipe import Recipe

Forge = Callable[[nn.Module, Tensor, Tensor | None], Tensor]
Judge = Callable[[nn.Module, Sample, Tensor | None], Verdict]
VALUES, FEWEST = 1 << 26, 64
"""Numbers that real samples or fakes may hold at most, in memory, where that leaves more than so many samples."""
SEED = 77_001
"""Of the choice of real samples and of the noise: the same at every look."""


def fitting(count: int, shape: tuple[int, ...]) -> int:
    """So many samples of this shape, or as many as there should be room for."""
    return min(count, max(FEWEST, VALUES // math.prod(shape)))


def forged(generator: nn.Module, z: Tensor, y: Tensor | None) -> Tensor:
    return generator(z, y)


def judged(critic: nn.Module, sample: Sample, y: Tensor | None) -> Verdict:
    return critic(sample, y)


@dataclass(frozen=True)
class Patient:
    """The players as they are now. They are only read: whatever could change is done to copies of them."""

    generator: nn.Module
    """With the newest weights."""
    noise: Callable[[int, torch.Generator], Tensor]
    """Noise (n, ...) on the CPU for so many samples."""
    adversarial: str
    """Name of the loss, as in `ADVERSARIAL`."""
    critic: nn.Module | None = None
    average: nn.Module | None = None
    """The averaged generator, in evaluation mode."""
    encoder: nn.Module | None = None
    """Where the critic judges pairs (z, sample): what finds z for real samples."""
    forge: Forge = forged
    judge: Judge = judged
    players: Mapping[str, list[nn.Parameter]] = field(default_factory=dict)
    """What each player learns."""
    updates: Mapping[str, int] = field(default_factory=dict)
    """How often each player was updated in the newest round; once where nothing is said."""
    idle: frozenset[str] = frozenset()
    """Players some of whose weights may rightly be without a gradient just now."""
    classes: int = 0
    """Of the labels that the networks are told."""
    clip: float = 0.0
    pack: int = 1
    """Samples that the critic judges at once."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    alone: bool = True
    """Whether the networks may be used in training mode: batch norm over several processes would wait for the others.
    """
    at_stage: Callable[[Tensor], Tensor] | None = None
    """Real samples as networks that grow show theirs at this stage; None = as they are, all weights being in use."""
    stage: int = 0
    """Changes whenever `at_stage` does."""


@dataclass(frozen=True)
class Reals:
    """Real samples as they are shown to the networks, with labels (n,) where the data has any; on the CPU."""

    samples: Tensor
    labels: Tensor | None
    held_out: Tensor | None = None
    held_out_labels: Tensor | None = None
    count: int | None = None
    """Training samples that there are."""


def patient_of(engine: Engine, recipe: Recipe, classes: int) -> Patient | None:
    """The players of this engine; None where the game does not make samples from noise alone."""
    learners, game, settings = engine.learners, engine.game, recipe.game
    if not isinstance(settings, FromNoise) or "generator" not in learners:
        return None
    modules = {name: learner.player.modules[0] for name, learner in learners.items()}
    average, level = learners["generator"].average, game.grown[0].now()[0] if isinstance(game, Growing) else None
    latent, uniform = settings.latent, settings.prior == "uniform"

    def noise(count: int, dice: torch.Generator) -> Tensor:
        draw = torch.rand if uniform else torch.randn
        z = draw(count, latent, generator=dice)
        return 2 * z - 1 if uniform else z

    return Patient(
        generator=modules["generator"],
        noise=noise,
        adversarial=recipe.rules.adversarial,
        critic=modules.get("critic"),
        average=average.copies[0] if average else None,
        encoder=modules["encoder"] if isinstance(settings, InferenceSettings) else None,
        players={name: learner.parameters for name, learner in learners.items()},
        updates=updates(engine),
        idle=frozenset(learners) if level is not None else penalised(engine),
        classes=classes,
        clip=settings.clip if isinstance(settings, SynthesisSettings) else 0.0,
        pack=recipe.techniques.pack,
        device=engine.machine.device,
        alone=engine.machine.world == 1,
        at_stage=None if level is None else partial(as_shown, level=level),
        stage=level or 0,
    )


def newest(engine: Engine) -> tuple[Turn, ...]:
    """The turns of the newest round, in the order of play."""
    clock = engine.clock
    stage, number = (
        (clock.stage, clock.round) if clock.round else (clock.stage - 1, engine.stages[clock.stage - 1].rounds)
    )
    return tuple(turn for turn in engine.stages[stage].turns if (number - 1) % turn.every == 0)


def updates(engine: Engine) -> dict[str, int]:
    turns = newest(engine)
    return {name: sum(turn.repeat for turn in turns if name in turn.players) for name in engine.learners}


def penalised(engine: Engine) -> frozenset[str]:
    """Players whose newest gradients are those of a rarer turn, such as penalties, which move no bias."""
    last = {name: turn for turn in newest(engine) for name in turn.players}
    return frozenset(name for name, turn in last.items() if turn.every > 1)
