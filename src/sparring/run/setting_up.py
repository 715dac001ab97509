"""From a recipe to an engine, in one process or many that must agree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from torch import distributed

from ..data.feed import Source
from ..games.casting import FromNoise
from ..games.paired import PairedSettings
from ..play.engine import Engine, Watcher
from ..play.machine import Machine
from ..play.solvers import SOLVERS
from ..play.state import restore
from ..recipes.assemble import assemble
from ..recipes.recipe import Recipe
from .briefing import facts_of
from .folder import RunFolder
from .sentences import brief

T = TypeVar("T")


def engine_of(recipe: Recipe, source: Source, machine: Machine, watchers: Iterable[Watcher]) -> Engine:
    """An engine at its first round. ValueError where data, networks and game do not go together."""
    train = recipe.train
    check_channels(recipe, source)
    game = assemble(recipe, source.shape, len(source.classes))
    feed = source.feed(train.batch, seed=train.seed, rank=machine.rank, world=machine.world, device=str(machine.device))
    return Engine(
        game,
        feed,
        machine=machine,
        seed=train.seed,
        solver=SOLVERS[train.solver],
        accumulate=train.accumulate,
        compile=train.compile,
        on_nonfinite=train.on_nonfinite,
        synchronise_batch_norm=train.synchronise_batch_norm,
        watchers=watchers,
    )


def check_channels(recipe: Recipe, source: Source) -> None:
    """ValueError where sources are not what the game starts from."""
    facts, game = facts_of(source), recipe.game
    wanted = (game.shape(facts.shape, facts.classes).source or facts.shape)[0]
    if not facts.source or isinstance(game, FromNoise) or facts.source == wanted:
        return
    change = f"game.source_channels={facts.source}" if isinstance(game, PairedSettings) else "data.channels=1"
    raise ValueError(f"the sources have {facts.source} channels, and this game starts from {wanted}: set {change}")


def put_back(engine: Engine, saved: dict[str, Any], folder: RunFolder) -> None:
    """Bring a new engine to where a checkpoint was made. ValueError if it is another run's."""
    try:
        restore(engine, saved["engine"])
    except (RuntimeError, KeyError, ValueError, TypeError) as error:
        raise ValueError(
            f"{folder.resume} does not fit {folder.recipe_file} and its data; was one of them changed? ({brief(error)})"
        ) from None


def same_run(folder: RunFolder, recipe: Recipe) -> bool:
    """Whether this recipe's run has begun here. ValueError if another recipe's has."""
    if not folder.is_run:
        return False
    if folder.recipe != recipe:
        raise ValueError(f"{folder.path} holds a run of another recipe; choose another name")
    return True


def restarted() -> bool:
    """Whether torchrun started this process in place of one that died."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def first_says(machine: Machine, ask: Callable[[], T]) -> T:
    """The answer of the first process, given to all; its ValueError or OSError is raised in all.

    A process that made up its own mind about a shared folder could find what another has just made there.
    """
    if machine.world == 1:
        return ask()
    answer: list[Any] = [None, None]
    if machine.rank == 0:
        try:
            answer = [ask(), None]
        except (ValueError, OSError) as error:
            answer = [None, error]
    distributed.broadcast_object_list(answer, 0, device=machine.device)
    if answer[1] is not None:
        raise answer[1]
    return answer[0]
