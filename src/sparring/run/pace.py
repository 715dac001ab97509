"""How fast this machine trains a recipe, measured on a few real rounds."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import torch

from ..play.engine import Engine
from ..play.game import Batch
from ..play.machine import Machine
from ..play.solvers import SOLVERS
from ..recipes.assemble import assemble
from ..recipes.preset import Facts
from ..recipes.recipe import Recipe

ENOUGH = 2**17
"""Numbers in a batch (10 images of 3x64x64) that keep a CPU busy; more only take longer to measure."""


WORTHWHILE = 1.2
"""Times faster that fewer threads must be to be taken."""


class Noise:
    """A stream of one random batch, to measure on."""

    def __init__(self, facts: Facts, batch: int, device: torch.device, source: tuple[int, ...] = ()):
        self.size = batch
        shapes = {"image": facts.shape} | ({"source": source} if source else {})
        tensors = {role: torch.rand(batch, *shape, device=device) * 2 - 1 for role, shape in shapes.items()}
        if facts.classes:
            tensors["label"] = torch.randint(facts.classes, (batch,), device=device)
        self.roles = frozenset(tensors)
        self.tensors = tensors

    def batch(self, index: int) -> Batch:
        return Batch(**self.tensors)


class Trial:
    """A recipe at play on random pictures, to measure its speed; no random stream of the caller moves.

    The networks are its own. ValueError where the recipe cannot play on such data.
    """

    def __init__(self, recipe: Recipe, facts: Facts, machine: Machine):
        self.machine = machine
        batch = trial_batch(recipe, facts, machine)
        trial = replace(recipe, train=replace(recipe.train, batch=batch, compile=False))
        with self.undisturbed():
            game = assemble(trial, facts.shape, facts.classes)
            source = (recipe.game.shape(facts.shape, 0).source or facts.shape) if "source" in game.needs else ()
            self.engine = Engine(
                game,
                Noise(facts, batch, machine.device, source),
                machine=replace(machine, rank=0, world=1),
                solver=SOLVERS[recipe.train.solver],
                on_nonfinite="skip",
            )
            self.engine.run(1)  # the first round prepares kernels

    def rate(self, seconds: float) -> float:
        """Real images per second, over all processes; takes about so many seconds, and at least one round."""
        engine = self.engine
        with self.undisturbed():
            settle(self.machine.device)
            before, start, spent = engine.clock.images, time.perf_counter(), 0.0
            while spent < seconds and not engine.over:
                engine.run(1)
                settle(self.machine.device)
                spent = time.perf_counter() - start
        return (engine.clock.images - before) / max(spent, 1e-9) * self.machine.world

    def overall(self, seconds: float) -> float:
        """The same over a whole run, whose stages may differ in speed; each is measured for its part of the time."""
        engine, spent = self.engine, 0.0
        weights = [stage.rounds * stage.batches for stage in engine.stages]
        with self.undisturbed():
            for number, weight in enumerate(weights):
                self.play(number, 0)  # prepares kernels
                settle(self.machine.device)
                images, start, played = 0, time.perf_counter(), 0
                while not played or time.perf_counter() - start < seconds / len(weights):
                    played += 1
                    images += self.play(number, played)
                    settle(self.machine.device)
                spent += weight * (time.perf_counter() - start) / images
        return sum(weights) / spent * self.machine.world

    def play(self, stage: int, number: int) -> int:
        """Play a round of a stage as its `number`-th, from 0; returns the images it was shown."""
        engine = self.engine
        engine.clock.stage, engine.clock.round = stage, number % engine.stages[stage].rounds
        before = engine.clock.images
        engine.run(1)
        return engine.clock.images - before

    def undisturbed(self) -> AbstractContextManager[None]:
        return torch.random.fork_rng(devices=[self.machine.device] if self.machine.device.type == "cuda" else [])


def trial_batch(recipe: Recipe, facts: Facts, machine: Machine) -> int:
    """On a CPU a part of the batch tells as much as the whole."""
    mine = max(2, recipe.train.batch // machine.world // recipe.train.accumulate)
    if machine.device.type != "cpu":
        return mine
    return min(mine, max(8, ENOUGH // math.prod(facts.shape)))


def settle(device: torch.device) -> None:
    """Wait for a device that works ahead."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def with_best_threads(measure: Callable[[], float], machine: Machine) -> float:
    """The largest speed that `measure` finds with all, a quarter, or one of the threads, which then stays set.

    Small networks gain nothing from many threads, and on a machine that others use too, threads that wait for
    each other can train ten times slower than one alone. Whoever sets OMP_NUM_THREADS has chosen already.
    """
    best = torch.get_num_threads()
    rate = measure()
    if machine.device.type != "cpu" or machine.world > 1 or "OMP_NUM_THREADS" in os.environ:
        return rate
    for count in sorted({max(1, best // 4), 1} - {best}, reverse=True):
        torch.set_num_threads(count)
        found = measure()
        if found > WORTHWHILE * rate:
            best, rate = count, found
    torch.set_num_threads(best)
    return rate
