"""Everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

import math
from typing import Any

import torch

from . import parallel
from .engine import Engine
from .game import Clock
from .guard import NonFiniteError


def state_of(engine: Engine) -> dict[str, Any]:
    """Tensors and plain values only, so it loads with `weights_only=True`. They are the live ones: save them at once.

    Every process must call it; what the first one gets holds the random states of all.
    NonFiniteError if the numbers have broken down: bad weights never replace good ones.
    """
    if not engine.guard.settled():
        raise NonFiniteError("the numbers went non-finite since the last look; the last checkpoint is still good")
    averages = {name: learner.average for name, learner in engine.learners.items() if learner.average}
    for module in (engine.game, *averages.values()):
        parallel.average_statistics(module, engine.machine.world)
    return {
        "game": engine.game.state_dict(),
        "clock": vars(engine.clock).copy(),
        "drawn": engine.drawn,
        "micro_batch": engine.micro_batch,
        "optimizers": {name: learner.optimizer.state_dict() for name, learner in engine.learners.items()},
        "averages": {name: average.state_dict() for name, average in averages.items()},
        "scalers": {title: scaler.state_dict() for title, scaler in engine.scalers.items()},
        "device": engine.machine.device.type,
        "dice": engine.dice.get_state(),
        "noise": parallel.gather_bytes(own_noise(engine), engine.machine.world),
    }


def restore(engine: Engine, state: dict[str, Any]) -> None:
    """Put an equally built engine where `state_of` left the other one.

    With another number of processes everything but the networks' own noise goes on as before; another kind of
    device has other random numbers. A run whose stages were made longer goes on with the longer ones.
    """
    engine.game.load_state_dict(state["game"])
    engine.clock = clock = Clock(**{**state["clock"], "total": engine.clock.total})
    if engine.over and engine.stages[-1].rounds > clock.length:
        clock.stage, clock.round = len(engine.stages) - 1, clock.length
    engine.drawn = state["drawn"]
    if state["micro_batch"]:
        mine = engine.feed.size // engine.machine.world
        engine.micro_batch = math.gcd(mine, state["micro_batch"])
        engine.accumulate = max(engine.accumulate, mine // engine.micro_batch)
    for name, learner in engine.learners.items():
        learner.optimizer.load_state_dict(state["optimizers"][name])
        if learner.average:
            learner.average.load_state_dict(state["averages"][name])
    for title, scaler in engine.scalers.items():
        if scaler.is_enabled() and state["scalers"].get(title):
            scaler.load_state_dict(state["scalers"][title])
    put_random_state(engine, state)


def put_random_state(engine: Engine, state: dict[str, Any]) -> None:
    """Go on with the saved random numbers, where this device and this number of processes can."""
    if state["device"] != engine.machine.device.type:
        engine.dice.manual_seed(engine.clock.images)
        return
    engine.dice.set_state(state["dice"].cpu())
    if len(state["noise"]) == engine.machine.world:
        put_noise(engine, state["noise"][engine.machine.rank].cpu())


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
