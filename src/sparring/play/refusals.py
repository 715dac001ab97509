"""What cannot be played is refused before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .game import Game
from .machine import Machine
from .solvers import Solver, alternate

if TYPE_CHECKING:
    from .engine import Stream


def check(game: Game, feed: Stream, machine: Machine, solver: Solver, accumulate: int) -> None:
    """Compare the game with its data, machine and solver. ValueError with what to change."""
    name = type(game).__name__
    missing = game.needs - feed.roles
    if missing:
        raise ValueError(f"{name} needs {sorted(missing)}, and this data only gives {sorted(feed.roles)}")
    if feed.size % (machine.world * accumulate):
        raise ValueError(
            f"a batch of {feed.size} cannot be split evenly over {machine.world} processes x {accumulate} micro-batches"
        )
    together = feed.size // (machine.world * accumulate)
    if together % game.multiple:
        raise ValueError(
            f"{name} judges {game.multiple} samples at once, and {together} at a time do not make such groups; "
            "change the batch, or into how many parts it is divided"
        )
    turns = [turn for stage in game.stages() for turn in stage.turns]
    for stage in game.stages():
        titles = [turn.title for turn in stage.turns]
        assert len(set(titles)) == len(titles), f"{name} has several turns called {titles}: give them names"
    named = {player for turn in turns for player in (*turn.players, *turn.lends)}
    strangers = (named | {player for stage in game.stages() for player in stage.fresh}) - set(game.players())
    assert not strangers, f"{name} has turns of unknown players {strangers}"
    if solver is not alternate and any(turn.repeat > 1 for turn in turns):
        raise ValueError(f"repeated turns need the alternate solver, and {name} repeats a turn; set critic_steps=1")
