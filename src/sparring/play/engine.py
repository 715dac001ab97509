"""The one training loop. It knows turns and players, and nothing about any family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor

from . import chance, parallel
from .game import Batch, Clock, Game, Readings, Stage, Turn, reporting
from .guard import Guard, NonFiniteError, Policy, culprit
from .learner import Learner
from .machine import Machine
from .solvers import Solver, alternate

Watcher = Callable[[Clock, Turn, Readings], None]


class Stream(Protocol):
    """What an engine draws from: this process's part of global batch `index`, the same on every call."""

    roles: frozenset[str]
    size: int  # samples per global batch

    def batch(self, index: int) -> Batch: ...


class Engine:
    """Plays a game's stages on a stream of batches.

    The same seed gives the same run, bit for bit on CPU: resumed or not, and up to rounding also however a
    batch is split over `accumulate` micro-batches and `machine.world` processes. `events` collects sentences
    about what the engine had to do (halve micro-batches, skip an update); whoever reads them empties it.
    """

    def __init__(
        self,
        game: Game,
        feed: Stream,
        *,
        machine: Machine = Machine(),  # noqa: B008 - frozen
        seed: int = 0,
        solver: Solver = alternate,
        accumulate: int = 1,
        compile: bool = False,
        on_nonfinite: Policy = "stop",
        watchers: Iterable[Watcher] = (),
    ):
        self.game, self.feed, self.machine, self.solver = game, feed, machine, solver
        self.accumulate, self.watchers, self.events = accumulate, tuple(watchers), list[str]()
        check(game, feed, machine, solver, accumulate)
        self.prepare(game)
        self.learners = {name: Learner(player) for name, player in game.players().items()}
        self.stages, self.clock, self.drawn = game.stages(), Clock(), 0
        self.clock.total = feed.size * sum(draws(stage) * stage.rounds for stage in self.stages)
        self.scaler = torch.amp.GradScaler(machine.device.type, enabled=machine.scales)
        self.guard = Guard(on_nonfinite, machine.asynchronous)
        # One generator, equal on all processes, for everything drawn per sample; networks' own noise differs.
        self.dice = torch.Generator(machine.device).manual_seed(seed)
        torch.manual_seed(seed + machine.rank)
        owned = {id(p) for learner in self.learners.values() for p in learner.parameters}
        for parameter in game.parameters():
            parameter.requires_grad_(id(parameter) in owned)
        if compile:
            for module in {id(m): m for learner in self.learners.values() for m in learner.player.modules}.values():
                module.compile()

    def prepare(self, game: Game) -> None:
        """Put the game on the device, alike on all processes and in the layout that is fastest there."""
        game.to(self.machine.device).train()
        parallel.broadcast(game, self.machine.world)
        if self.machine.channels_last:
            for parameter in game.parameters():
                if parameter.dim() == 4:
                    parameter.data = parameter.data.to(memory_format=torch.channels_last)

    @property
    def over(self) -> bool:
        return self.clock.stage >= len(self.stages)

    def run(self, rounds: int | None = None) -> None:
        """Play to the end, or at most `rounds` more rounds. NonFiniteError if the numbers break down."""
        while not self.over and rounds != 0:
            stage = self.stages[self.clock.stage]
            if self.clock.round == 0 and stage.enter:
                stage.enter()
            self.clock.length = stage.rounds
            self.play_round(stage)
            self.clock.round += 1
            if self.clock.round >= stage.rounds:
                self.clock.stage, self.clock.round = self.clock.stage + 1, 0
            rounds = None if rounds is None else rounds - 1

    def play_round(self, stage: Stage) -> None:
        """Play the turns that are due once, then move learning rates and averages on."""
        before = self.clock.images
        for learner in self.learners.values():
            learner.pace(before, self.clock.total)
        due = [turn for turn in stage.turns if self.clock.round % turn.every == 0]
        self.solver(self, due, self.draw())
        for learner in self.learners.values():
            learner.follow(self.clock.images - before, self.clock.images)

    def draw(self) -> list[Batch]:
        """The next global batch's part of this process, in micro-batches."""
        batch = self.feed.batch(self.drawn)
        self.drawn += 1
        self.clock.images += self.feed.size
        return batch.chunks(self.accumulate)

    def gradients(self, turn: Turn, chunks: list[Batch]) -> Readings:
        """Put this turn's gradients on its players; nobody else can learn meanwhile.

        Memory running out splits `chunks` further, in place, and tries again.
        """
        start = self.dice.get_state()
        while True:
            try:
                return self.attempt(turn, chunks, start)
            except RuntimeError as error:
                if not out_of_memory(error) or len(chunks[0]) % 2:
                    raise
            chunks[:] = [half for chunk in chunks for half in chunk.chunks(2)]
            self.accumulate = len(chunks)
            if self.machine.device.type == "cuda":
                torch.cuda.empty_cache()
            self.events.append(
                f"memory ran out in the turn of {turn.title}: going on with micro-batches of {len(chunks[0])}"
            )

    def attempt(self, turn: Turn, chunks: list[Batch], start: Tensor) -> Readings:
        """Gradients of all micro-batches, as if nothing can go wrong."""
        for name in turn.players:
            self.learners[name].forget()
        readings: Readings = {}
        whole = torch.zeros((), device=self.machine.device)
        with self.acting(turn):
            for number, chunk in enumerate(chunks):
                with self.sharing(start, number, len(chunks)), reporting() as seen:
                    with self.machine.autocast():
                        terms = turn.loss(chunk, self.clock)
                    total = torch.stack(list(terms.values())).sum()
                    self.scaler.scale(total * (turn.gain / len(chunks))).backward()
                whole = whole + total.detach()
                for name, value in {**seen, **terms}.items():
                    part = value.detach() / len(chunks)
                    readings[name] = readings[name] + part if name in readings else part
        return self.settle(turn, chunks, start, readings, whole)

    def settle(self, turn: Turn, chunks: list[Batch], start: Tensor, readings: Readings, whole: Tensor) -> Readings:
        """Average over processes, measure, guard and clip the gradients at hand."""
        readings["loss"] = whole / len(chunks)
        learners = {name: self.learners[name] for name in turn.players}
        parallel.average([p for learner in learners.values() for p in learner.parameters], readings, self.machine.world)
        largest = readings["loss"]
        for name, learner in learners.items():
            if self.scaler.is_enabled():
                self.scaler.unscale_(learner.optimizer)
            readings[f"gradient/{name}"] = size = learner.clip()
            largest = largest + size
        # With a loss scale, overflowing gradients are expected now and then, and the scaler skips them itself.
        if not self.guard.finite(readings["loss"] if self.scaler.is_enabled() else largest):
            self.refuse(turn, chunks, start)
            readings.clear()
        return readings

    def refuse(self, turn: Turn, chunks: list[Batch], start: Tensor) -> None:
        """Stop with the culprit's name, or drop this update."""
        grads = {name: p.grad for name, p in self.game.named_parameters()}
        with self.acting(turn), self.sharing(start, 0, len(chunks)), self.machine.autocast():
            where = culprit(self.game, lambda: turn.loss(chunks[0], self.clock), grads)
        if self.guard.policy == "stop":
            raise NonFiniteError(f"non-finite numbers in the turn of {turn.title}: {where}")
        self.guard.skipped += 1
        self.events.append(f"skipped an update of {turn.title}: {where}")
        for name in turn.players:
            self.learners[name].forget()

    def move(self, turn: Turn) -> None:
        """One optimiser step of every acting player."""
        for name in turn.players:
            self.scaler.step(self.learners[name].optimizer)
        self.scaler.update()

    def step(self, turn: Turn, readings: Readings) -> None:
        """Move this turn's players down their gradients, then let everybody look."""
        self.move(turn)
        if not readings:  # the guard dropped this update
            return
        if turn.after:
            with torch.no_grad():
                turn.after(readings)
        for watch in self.watchers:
            watch(self.clock, turn, readings)

    @contextmanager
    def acting(self, turn: Turn) -> Iterator[None]:
        """Inside, only the acting players (and who lends them its graph) can learn."""
        for name, learner in self.learners.items():
            learner.learnable(name in turn.players or name in turn.lends)
        try:
            yield
        finally:
            for learner in self.learners.values():
                learner.learnable(True)

    @contextmanager
    def sharing(self, start: Tensor, chunk: int, chunks: int) -> Iterator[None]:
        """Draw for the whole global batch from the turn's first state, and keep the chunk's rows."""
        if chunks > 1:
            self.dice.set_state(start)
        with chance.share(self.dice, self.machine.rank * chunks + chunk, self.machine.world * chunks):
            yield


def check(game: Game, feed: Stream, machine: Machine, solver: Solver, accumulate: int) -> None:
    """Refuse what cannot be played, before anything is built."""
    name = type(game).__name__
    missing = game.needs - feed.roles
    if missing:
        raise ValueError(f"{name} needs {sorted(missing)}, and this data only gives {sorted(feed.roles)}")
    if feed.size % (machine.world * accumulate):
        raise ValueError(
            f"a batch of {feed.size} cannot be split evenly over {machine.world} processes x {accumulate} micro-batches"
        )
    turns = [turn for stage in game.stages() for turn in stage.turns]
    strangers = {player for turn in turns for player in (*turn.players, *turn.lends)} - set(game.players())
    assert not strangers, f"{name} has turns of unknown players {strangers}"
    if solver is not alternate and any(turn.repeat > 1 for turn in turns):
        raise ValueError(f"repeated turns need the alternate solver, and {name} repeats a turn; set critic_steps=1")


def draws(stage: Stage) -> int:
    """Global batches that one round of a stage draws, not counting rarer turns' extra ones."""
    return 1 + sum(turn.repeat - 1 for turn in stage.turns if turn.every == 1)


def out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
