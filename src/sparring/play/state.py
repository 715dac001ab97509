"""Everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

from typing import Any

import torch

from . import parallel
from .engine import Engine
from .game import Clock
from .guard import NonFiniteError


def state_of(engine: Engine) -> dict[str, Any]:
    """Tensors and plain values only, so it loads with `weights_only=True`.

    Every process must call it; what the first one gets holds the random states of all.
    NonFiniteError if the numbers have broken down: bad weights never replace good ones.
    """
    if not engine.guard.settled():
        raise NonFiniteError("the numbers went non-finite since the last look; the last checkpoint is still good")
    parallel.average_statistics(engine.game, engine.machine.world)
    return {
        "game": engine.game.state_dict(),
        "clock": vars(engine.clock).copy(),
        "drawn": engine.drawn,
        "accumulate": engine.accumulate,
        "optimizers": {name: learner.optimizer.state_dict() for name, learner in engine.learners.items()},
        "averages": {
            name: learner.average.state_dict() for name, learner in engine.learners.items() if learner.average
        },
        "scaler": engine.scaler.state_dict(),
        "dice": engine.dice.get_state(),
        "noise": parallel.gather_bytes(own_noise(engine), engine.machine.world),
    }


def restore(engine: Engine, state: dict[str, Any]) -> None:
    """Put an equally built engine where `state_of` left the other one.

    With another number of processes everything but the networks' own noise goes on as before.
    """
    engine.game.load_state_dict(state["game"])
    engine.clock = Clock(**state["clock"])
    engine.drawn = state["drawn"]
    engine.accumulate = max(engine.accumulate, state["accumulate"])
    for name, learner in engine.learners.items():
        learner.optimizer.load_state_dict(state["optimizers"][name])
        if learner.average:
            learner.average.load_state_dict(state["averages"][name])
    if engine.scaler.is_enabled():
        engine.scaler.load_state_dict(state["scaler"])
    engine.dice.set_state(state["dice"])
    if len(state["noise"]) == engine.machine.world:
        put_noise(engine, state["noise"][engine.machine.rank])


def own_noise(engine: Engine) -> torch.Tensor:
    """The state of the generator that dropout and noise layers draw from."""
    match engine.machine.device.type:
        case "cuda":
            return torch.cuda.get_rng_state(engine.machine.device)
        case "mps":
            return torch.mps.get_rng_state()
        case _:
            return torch.get_rng_state()


def put_noise(engine: Engine, state: torch.Tensor) -> None:
    match engine.machine.device.type:
        case "cuda":
            torch.cuda.set_rng_state(state, engine.machine.device)
        case "mps":
            torch.mps.set_rng_state(state)
        case _:
            torch.set_rng_state(state)
