"""All that is known before the first round, looked through for what is known to go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from ...data.feed import Source
from ...play.adversarial import ADVERSARIAL
from ...play.game import Game
from ...recipes.recipe import Recipe
from ...run.briefing import facts_of
from ...settings import nearest
from ..case import Setup
from ..findings import Finding
from ..setups import BATCH_NORMS, SPECTRAL_NORMS, has, setup_of
from ..words import ORDER
from .check import found
from .data import DATA
from .data.shown import AT_ONCE, NEXT, Shown, shown_by
from .pair import FITTING, PAIR, SOUND, Pair
from .pair.ours import pair_of
from .pair.pair import as_it_was
from .plan import PLAN, SETUP
from .plan.plan import Plan

Reach = tuple[float, float] | None
TRIED = 8
"""Samples on which networks are tried."""


def lint(recipe: Recipe, source: Source, game: Game, *, world: int = 1, seconds: float | None = None) -> list[Finding]:
    """What is known to go wrong with this recipe, this data and these networks; the worst first.

    `game` is the recipe's, built for this source; it is tried out on a few samples, and left as it was. `world` is the
    number of processes, `seconds` how long the run will take, None where nobody measured.
    """
    facts = facts_of(source)
    setup = setup_of(recipe, facts, game)
    players = {name: player.modules for name, player in game.players().items()}
    plan = Plan(recipe, facts, setup, players, source.classes, world, seconds)
    findings = [*found(SETUP, setup, setup), *found(PLAN, plan, setup)]
    shown = shown_by(source, recipe.train.batch, recipe.train.seed)
    if shown is None:
        return worst_first(findings)
    reach = None if facts.points else (-1.0, 1.0)
    with as_it_was(game):
        pair = pair_of(recipe, game, setup, shown)
        if pair is not None:
            seen, reached = look(pair)
            findings, reach = findings + seen, reached or reach
    return worst_first([*findings, *found(DATA, replace(shown, reach=reach), setup)])


def lint_modules(
    generator: nn.Module,
    critic: nn.Module,
    real: Tensor,
    *,
    labels: Tensor | None = None,
    classes: int = 0,
    latent: int | Tensor = 128,
    loss: str = "nonsaturating",
    probabilities: bool = False,
    mixed: bool = False,
    generator_loss: Callable[[], Tensor] | None = None,
    setup: Setup | None = None,
) -> list[Finding]:
    """What is known to go wrong with two networks of any origin and some of their data; the worst first.

    They are called as `generator(z)` and `critic(x)`, or with labels behind where they take any, and left as they were.
    `real`: (n, *shape) samples just as the training is shown them, several batches in their order; `labels`: (n,) int64
    beside them, of `classes` kinds (0 = nobody said). `latent` is the length of the noise, or noise (m, ...) itself.
    `loss` is a name in `ADVERSARIAL`; `probabilities` says that the critic is meant to end in a sigmoid (BCELoss), and
    `mixed` that it is shown real samples and fakes in one batch. `generator_loss` makes the generator's loss (0-d) as
    the training does, so that a fake that is detached on its way is found. `setup` says more, such as penalties.
    ValueError for an unknown loss, or for fewer than two samples.
    """
    if loss not in ADVERSARIAL:
        raise ValueError(f"there is no loss {loss!r}; known: {', '.join(ADVERSARIAL)}.{nearest(loss, ADVERSARIAL)}")
    if len(real) < 2 or (labels is not None and len(labels) != len(real)):
        raise ValueError("give at least two real samples, and one label for each where there are labels")
    known = known_of(generator, critic, real, loss, classes, setup or Setup())
    with as_it_was(generator, critic):
        pair = foreign(generator, critic, real, labels, latent, known)
        pair = replace(pair, probabilities=probabilities, mixed=mixed, loss=generator_loss)
        seen, reach = look(pair)
    size = max(1, min(AT_ONCE, len(real) // NEXT))
    order = () if labels is None else labels.cpu().split(size)
    shown = Shown(real.detach().cpu().split(size), order, classes, reach)
    return worst_first([*found(SETUP, known, known), *seen, *found(DATA, shown, known)])


def foreign(
    generator: nn.Module, critic: nn.Module, real: Tensor, labels: Tensor | None, latent: int | Tensor, setup: Setup
) -> Pair:
    """The pair on a few of these samples, where the generator is."""
    count = min(TRIED, len(real))
    place = next((p.device for p in generator.parameters()), real.device)
    z = torch.randn(count, latent) if isinstance(latent, int) else latent[:count]
    told = None if labels is None else in_range(labels[:count], setup.classes).to(place)
    return Pair(generator, critic, real[:count].float().to(place), z.to(place), told, setup)


def look(pair: Pair) -> tuple[list[Finding], Reach]:
    """What the networks do, and between which values the generator draws; only that they do not fit, if so."""
    for lints in (FITTING, SOUND):
        if findings := found(lints, pair, pair.setup):
            return findings, None
    return found(PAIR, pair, pair.setup), pair.reach


def known_of(generator: nn.Module, critic: nn.Module, real: Tensor, loss: str, classes: int, setup: Setup) -> Setup:
    """The set-up with what the networks show."""
    players = {"generator": generator, "critic": critic}
    normed = frozenset(name for name, network in players.items() if has((network,), BATCH_NORMS))
    bounded = setup.bounded or bool(setup.penalties or setup.clip) or is_spectral(critic)
    points, classes = real.dim() == 2, classes or setup.classes
    return replace(setup, adversarial=loss, batch_norm=normed, bounded=bounded, points=points, classes=classes)


def is_spectral(critic: nn.Module) -> bool:
    """Whether it has spectral norm, in torch's older form too."""
    return has((critic,), SPECTRAL_NORMS) or any(name.endswith("weight_orig") for name, _ in critic.named_parameters())


def in_range(labels: Tensor, classes: int) -> Tensor:
    """Labels that networks can be called with, however wrong they are."""
    if labels.dim() != 1 or labels.is_floating_point():
        return labels
    return labels.clamp(0, classes - 1) if classes else labels.clamp_min(0)


def worst_first(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: ORDER.index(finding.severity))
