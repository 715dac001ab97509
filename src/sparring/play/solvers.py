"""Solvers: how a round's turns become updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from .game import Batch, Readings, Turn

if TYPE_CHECKING:
    from .engine import Engine

Solver = Callable[["Engine", list[Turn], list[Batch]], None]


def alternate(engine: Engine, turns: list[Turn], chunks: list[Batch]) -> None:
    """Each player moves against the others' newest weights (Goodfellow et al. 2014)."""
    for turn in turns:
        for again in range(turn.repeat):
            data = engine.draw() if again else chunks
            engine.step(turn, engine.gradients(turn, data))


def simultaneous(engine: Engine, turns: list[Turn], chunks: list[Batch]) -> None:
    """All gradients are taken at the same point, then everyone moves (Mescheder et al. 2017)."""
    for turn, readings, grads in taken(engine, turns, chunks):
        give(engine, turn, grads)
        engine.step(turn, readings)


def extragradient(engine: Engine, turns: list[Turn], chunks: list[Batch]) -> None:
    """Look one step ahead, take the gradients there, move from here (Gidel et al. 2019; ExtraAdam).

    The optimisers' moments see both gradients, as in the paper's algorithm 4.
    """
    movers = [engine.learners[name] for name in dict.fromkeys(n for turn in turns for n in turn.players)]
    parameters: list[torch.Tensor] = [p for learner in movers for p in learner.parameters]
    here = [p.detach().clone() for p in parameters]
    for turn, _, grads in taken(engine, turns, chunks):
        give(engine, turn, grads)
        engine.move(turn)
    ahead = taken(engine, turns, chunks)
    with torch.no_grad():
        torch._foreach_copy_(parameters, here)
    for turn, readings, grads in ahead:
        give(engine, turn, grads)
        engine.step(turn, readings)


Grads = dict[str, list[torch.Tensor | None]]


def taken(engine: Engine, turns: list[Turn], chunks: list[Batch]) -> list[tuple[Turn, Readings, Grads]]:
    """Each turn's gradients, all at the same point."""
    found = []
    for turn in turns:
        readings = engine.gradients(turn, chunks)
        found.append((turn, readings, {name: engine.learners[name].grads for name in turn.players}))
    return found


def give(engine: Engine, turn: Turn, grads: Grads) -> None:
    for name in turn.players:
        engine.learners[name].grads = grads[name]


SOLVERS: dict[str, Solver] = {
    "alternate": alternate,
    "simultaneous": simultaneous,
    "extragradient": extragradient,
}
