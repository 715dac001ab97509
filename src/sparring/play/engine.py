"""The one training loop. It knows turns and players, and nothing about any family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor

from . import chance, memory, parallel
from .game import Batch, Clock, Game, Losses, Readings, Stage, Turn, reporting
from .guard import Guard, Policy, culprit
from .learner import Learner
from .machine import Machine
from .refusals import check
from .scene import added
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
    about what the engine had to do (smaller micro-batches, a skipped update); whoever reads them empties it.
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
        synchronise_batch_norm: bool = True,
        watchers: Iterable[Watcher] = (),
    ):
        self.game, self.feed, self.machine, self.solver = game, feed, machine, solver
        self.accumulate, self.watchers, self.events = accumulate, tuple(watchers), list[str]()
        self.micro_batch = 0  # samples that memory was found to suffice for; 0 = as many as asked for
        check(game, feed, machine, solver, accumulate)
        # Whether processes speak within a turn: then all of them must do the same in it.
        self.coupled = synchronise_batch_norm and machine.world > 1
        self.prepare(game)
        self.learners = {name: Learner(player) for name, player in game.players().items()}
        self.stages, self.clock, self.drawn = tuple(s for s in game.stages() if s.rounds), Clock(), 0
        self.clock.total = feed.size * sum(stage.batches for stage in self.stages)
        turns = {turn.title for stage in self.stages for turn in stage.turns}
        # A loss scale per turn, as solvers may hold one turn's gradients while they take another's.
        self.scalers = {title: torch.amp.GradScaler(machine.device.type, enabled=machine.scales) for title in turns}
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
        if self.coupled:
            parallel.synchronise_batch_norm_(game, self.machine.world)
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
            self.clock.length = stage.rounds
            if self.clock.round == 0:
                self.enter(stage)
            self.play_round(stage)
            self.clock.round += 1
            if self.clock.round >= stage.rounds:
                self.clock.stage, self.clock.round = self.clock.stage + 1, 0
            rounds = None if rounds is None else rounds - 1

    def enter(self, stage: Stage) -> None:
        for name in stage.fresh:
            self.learners[name].restart()
        if stage.enter:
            stage.enter()

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
        assert len(batch) * self.machine.world == self.feed.size, "a stream gives each process its equal part"
        self.drawn += 1
        self.clock.images += self.feed.size
        return batch.chunks(self.accumulate)

    def gradients(self, turn: Turn, chunks: list[Batch]) -> Readings:
        """Put this turn's gradients on its players; nobody else can learn meanwhile.

        Memory running out splits `chunks` further, in place, and tries again.
        """
        start = self.dice.get_state()
        self.guard.remember(self.game)
        for chunk in chunks:
            chunk.mark()
        while True:
            try:
                readings = self.attempt(turn, chunks, start)
                break
            except RuntimeError as error:
                parts = [] if self.coupled or not memory.ran_out(error) else memory.smaller(chunks, self.game.multiple)
                if not parts:
                    raise
            chunks[:], self.accumulate, self.micro_batch = parts, len(parts), len(parts[0])
            memory.forget(self.machine.device)
            self.events.append(f"memory ran out in the turn of {turn.title}: now micro-batches of {self.micro_batch}")
        return self.settle(turn, chunks, start, readings)

    def attempt(self, turn: Turn, chunks: list[Batch], start: Tensor) -> Readings:
        """Forward and backward through all micro-batches; the means of what they measured."""
        for name in turn.players:
            self.learners[name].forget()
        found: list[Readings] = []
        with self.acting(turn, lending=len(chunks) == 1):
            for seen, terms in self.losses(turn, chunks, start):
                total, share = added(list(terms.values())), turn.gain / len(chunks)
                self.scalers[turn.title].scale(total if share == 1 else total * share).backward()
                found.append(seen | {name: term.detach() for name, term in terms.items()} | {"loss": total.detach()})
        if len(found) == 1:
            return found[0]
        return {name: torch.stack([part[name] for part in found]).mean(0) for name in found[0]}

    def losses(self, turn: Turn, chunks: list[Batch], start: Tensor) -> Iterator[tuple[Readings, Losses]]:
        """What each micro-batch reports, and its terms; each draws for the whole global batch and keeps its rows."""
        for number, chunk in enumerate(chunks):
            chunk.rewind()
            self.dice.set_state(start)
            part, parts = self.machine.rank * len(chunks) + number, self.machine.world * len(chunks)
            with chance.share(self.dice, part, parts), reporting() as seen, self.machine.autocast():
                terms = turn.loss(chunk, self.clock)
            yield seen, terms

    def settle(self, turn: Turn, chunks: list[Batch], start: Tensor, readings: Readings) -> Readings:
        """Average over processes, measure, guard and clip the gradients at hand."""
        learners = {name: self.learners[name] for name in turn.players}
        parallel.average([p for learner in learners.values() for p in learner.parameters], readings, self.machine.world)
        scaler, watched = self.scalers[turn.title], readings["loss"]
        for name, learner in learners.items():
            if scaler.is_enabled():
                scaler.unscale_(learner.optimizer)
            readings[f"gradient/{name}"] = size = learner.size()
            # With a loss scale, overflowing gradients are expected now and then, and the scaler skips them itself.
            watched = watched if scaler.is_enabled() else watched + size
        if self.guard.finite(watched):
            self.guard.in_a_row[turn.title] = 0
            for name, learner in learners.items():
                learner.clip(readings[f"gradient/{name}"])
            return readings
        self.refuse(turn, chunks, start, readings["loss"])
        return {}

    def refuse(self, turn: Turn, chunks: list[Batch], start: Tensor, loss: Tensor) -> None:
        """Stop with the culprit's name, or drop this update."""
        mine = {id(p) for name in turn.players for p in self.learners[name].parameters}
        grads = {name: p.grad for name, p in self.game.named_parameters() if id(p) in mine}
        suspects = grads if loss.isfinite() else {}  # of an undefined loss, every gradient is undefined
        with self.acting(turn, lending=len(chunks) == 1):
            replay = (terms for _, terms in self.losses(turn, chunks, start))
            where = culprit(self.game, chunks, replay, suspects)
        self.events.append(self.guard.refuse(turn.title, where))
        for name in turn.players:
            self.learners[name].forget()

    def move(self, turn: Turn) -> None:
        """One step of the acting players' optimisers; none for those without gradients."""
        for name in turn.players:
            self.scalers[turn.title].step(self.learners[name].optimizer)
        self.scalers[turn.title].update()

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
    def acting(self, turn: Turn, lending: bool) -> Iterator[None]:
        """Only the acting players learn; those who lend keep a graph as well.

        Nobody lends to a divided batch: keeping the graphs of all its parts would take the memory of the whole.
        """
        active = {*turn.players, *turn.lends} if lending else {*turn.players}
        others = [learner for name, learner in self.learners.items() if name not in active]
        for learner in others:
            learner.learnable(False)
        for name in active:  # after the others: players may share parameters
            self.learners[name].learnable(True)
        try:
            yield
        finally:
            for learner in others:
                learner.learnable(True)
