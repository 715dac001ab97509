"""Going on under another recipe: a state of one run, made to fit an engine that is set up differently."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ..data.feed import Source
from ..play.engine import Engine
from ..play.game import Clock
from ..play.learner import Learner
from ..play.optim import Averaged
from ..play.state import put_random_state, state_of


def fits(engine: Engine, saved: dict[str, Any]) -> bool:
    """Whether all that the players have learned has a place in this engine."""
    held = saved["engine"]["game"]
    return all(name in held and held[name].shape == p.shape for name, p in engine.game.named_parameters())


def graft(engine: Engine, saved: dict[str, Any]) -> None:
    """Put a fresh engine where a checkpoint was made that it fits, though by another recipe.

    Weights, averages and the moments of the optimisers are kept where there are such; learning rates, momentum and
    all else that the recipe says are the engine's own. The clock stands where as many images have been seen.
    """
    state = saved["engine"]
    put_buffers_and_weights(engine.game, state["game"])
    for name, learner in engine.learners.items():
        put_moments(learner, state["optimizers"].get(name))
        put_average(learner, state["averages"].get(name))
    engine.clock = clock_at(engine, state["clock"]["images"])
    engine.drawn = engine.clock.images // engine.feed.size
    put_random_state(engine, state)


def checkpoint_of(engine: Engine, source: Source, saved: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
    """A checkpoint of an engine that has been grafted from `saved`, or is fresh; so many seconds are used up."""
    past = saved or {}
    return {
        "engine": state_of(engine),
        "tally": {"rounds": past["tally"]["rounds"] if saved else 0, "in_line": 0, "sums": {}},
        "scoring": past.get("scoring", {"spent": 0.0, "cost": 0.0}),
        "measuring": past.get("measuring", {}),
        "seconds": seconds,
        "looked": past.get("looked", 0.0),
        "machine": past.get("machine", {"device": "", "precision": "auto"}),  # none: it is measured again
        "data": source.fingerprint,
    }


def put_buffers_and_weights(game: nn.Module, held: dict[str, Any]) -> None:
    """Whatever has the same name and shape; techniques that are new begin as they are."""
    own = game.state_dict()
    same = {name: value for name, value in held.items() if name in own and alike(own[name], value)}
    game.load_state_dict({**own, **same})


def alike(one: object, other: object) -> bool:
    """Tensors of one shape, or no tensors."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.shape == other.shape
    return type(one) is type(other)


def put_moments(learner: Learner, held: dict[str, Any] | None) -> None:
    """What the optimiser remembers, if it is of the same kind; its settings stay."""
    own = learner.optimizer.state_dict()
    if not held or [group.keys() for group in own["param_groups"]] != [group.keys() for group in held["param_groups"]]:
        return
    learner.optimizer.load_state_dict({"state": held["state"], "param_groups": own["param_groups"]})


def put_average(learner: Learner, held: dict[str, Any] | None) -> None:
    """The averaged copy; one that there was not begins with the weights of now."""
    if learner.player.average is None:
        return
    learner.average = Averaged(learner.player.modules, learner.player.average)
    if held:
        learner.average.load_state_dict(held)


def clock_at(engine: Engine, images: int) -> Clock:
    """Where an engine stands after about so many images: at the beginning of a round."""
    size, seen = engine.feed.size, 0
    for number, stage in enumerate(engine.stages):
        per_round = size * stage.batches / stage.rounds
        done = int((images - seen) / per_round + 1e-6)
        if done < stage.rounds:
            return Clock(number, done, int(seen + done * per_round), stage.rounds, engine.clock.total)
        seen += size * stage.batches
    return Clock(len(engine.stages), 0, seen, engine.stages[-1].rounds, engine.clock.total)
