"""What a run is about to do, as JSON data: said before it begins and kept in its journal."""

from __future__ import annotations

import platform
from typing import Any

import torch

from .. import __version__
from ..data.feed import Source
from ..play.engine import Engine
from ..recipes.recipe import Recipe
from ..settings import to_json


def plan_of(engine: Engine, recipe: Recipe, source: Source) -> dict[str, Any]:
    """Data, networks with their parameter counts, turns, rules, length and machine."""
    machine = engine.machine
    return {
        "recipe": recipe.name,
        "data": {"shape": list(source.shape), **source.facts()},
        "networks": networks(engine, recipe),
        "turns": turns(engine),
        "rules": to_json(recipe.rules),
        "images": engine.clock.total,
        "rounds": sum(stage.rounds for stage in engine.stages),
        "batch": recipe.train.batch,
        "machine": {
            "device": str(machine.device),
            "precision": machine.precision,
            "processes": machine.world,
            "threads": torch.get_num_threads(),
            "processor": platform.machine(),
        },
        "versions": {"sparring": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }


def networks(engine: Engine, recipe: Recipe) -> dict[str, dict[str, Any]]:
    """Architecture and number of learned parameters, by player."""
    return {
        name: {
            "kind": recipe.networks[name].kind if name in recipe.networks else name,
            "parameters": sum(p.numel() for p in learner.parameters),
            "averaged": learner.average is not None,
        }
        for name, learner in engine.learners.items()
    }


def turns(engine: Engine) -> list[dict[str, Any]]:
    """Who plays when, in the order of play."""
    return [
        {"stage": stage.name, "turn": t.title, "players": list(t.players), "every": t.every, "repeat": t.repeat}
        for stage in engine.stages
        for t in stage.turns
    ]
