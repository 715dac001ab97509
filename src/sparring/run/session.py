"""A session: a run being played, from its start or from its last checkpoint, until it ends or is stopped."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from torch import distributed

from ..data.feed import Source
from ..data.open import open_source
from ..data.pack import Progress
from ..play.engine import Watcher
from ..play.guard import NonFiniteError
from ..play.machine import Machine, join_processes
from ..play.state import state_of
from ..recipes.recipe import Recipe
from . import checkpoint
from .folder import RunFolder
from .keeping import Keeping
from .pacing import Pacing, Reason
from .plan import plan_of
from .setting_up import engine_of, first_says, put_back, restarted, same_run
from .signals import Interrupts
from .translating import Handle
from .watching import Watching


@dataclass(frozen=True)
class Outcome:
    """How playing ended."""

    reason: Reason
    images: int  # real images seen, since the start of the run
    seconds: float  # of training, over all resumes


AfterRound = Callable[["Session"], None]


class Session:
    """Plays one run. Made by `start` or `resume`, the same way in every process of a run.

    `watchers` see each turn's readings and `after_round` each round, on the first process only. `folder`,
    `recipe`, `source`, `engine` and `plan` are there to be read.
    """

    def __init__(
        self,
        folder: RunFolder,
        recipe: Recipe,
        source: Source,
        machine: Machine,
        saved: dict[str, Any] | None,
        watchers: Iterable[Watcher],
        after_round: Iterable[AfterRound],
    ):
        self.folder, self.recipe, self.source, self.machine = folder, recipe, source, machine
        first = machine.rank == 0
        self.engine = engine_of(recipe, source, machine, watchers if first else ())
        self.plan = plan_of(self.engine, recipe, source)
        if saved:
            put_back(self.engine, saved, folder)
        self.before: float = saved["seconds"] if saved else 0.0  # seconds, in earlier sessions
        self.began: float | None = None
        self.after_round = tuple(after_round) if first else ()
        self.pacing = Pacing(machine, recipe.watch.checkpoint_seconds)
        clock, pace = self.engine.clock, self.engine.clock.total / max(1, self.plan["rounds"])
        self.keeping = Keeping(folder, recipe.watch.keep_resumes, clock.total, pace, clock.images)
        self.watching: Watching | None = None

    @classmethod
    def start(
        cls,
        recipe: Recipe,
        out: Path | str,
        *,
        watchers: Iterable[Watcher] = (),
        after_round: Iterable[AfterRound] = (),
        progress: Progress | None = None,
        source: Source | None = None,
    ) -> Session:
        """A new run in the folder `out`, which must not hold anything yet.

        When torchrun restarts its processes after one died, the run goes on instead. `progress` is told how far
        the data is packed; `source` is the recipe's data, where somebody has opened it already. ValueError or
        OSError with one sentence for whatever does not fit.
        """
        machine = join_processes(recipe.train.device, recipe.train.precision)
        folder = RunFolder(Path(out))
        if restarted() and first_says(machine, lambda: same_run(folder, recipe)):
            return cls.resume(out, watchers=watchers, after_round=after_round, progress=progress)
        first_says(machine, folder.refuse_taken)
        source = source or open_source(recipe.data, progress)
        session = cls(folder, recipe, source, machine, None, watchers, after_round)
        first_says(machine, lambda: folder.begin(recipe))
        session.watch(None)
        return session

    @classmethod
    def resume(
        cls,
        run: Path | str,
        *,
        watchers: Iterable[Watcher] = (),
        after_round: Iterable[AfterRound] = (),
        progress: Progress | None = None,
        source: Source | None = None,
    ) -> Session:
        """The run in this folder, from its last checkpoint, or from its start if it has none yet.

        All processes read the folder. A run that is over plays no more rounds. ValueError or OSError with one
        sentence for whatever does not fit.
        """
        folder = RunFolder.open(run)
        recipe, saved = folder.recipe, checkpoint.read(folder.resume)
        machine = join_processes(recipe.train.device, recipe.train.precision)
        if saved and saved["machine"]["device"] == machine.device.type:  # `auto` may not measure the same again
            machine = join_processes(recipe.train.device, saved["machine"]["precision"])
        source = source or open_source(recipe.data, progress)
        session = cls(folder, recipe, source, machine, saved, watchers, after_round)
        session.watch(saved)
        return session

    def watch(self, saved: dict[str, Any] | None) -> None:
        """Begin to write, on the first process."""
        first_says(self.machine, self.folder.claim)
        if self.machine.rank:
            return
        self.watching = Watching(self.folder, self.recipe, self.source, saved)
        self.watching.attach(self.engine, saved)
        if not saved:
            self.watching.write("plan", 0.0, {"plan": self.plan})
        else:
            self.watching.event("goes on from its last checkpoint", self.seconds)
            if saved["data"] != self.source.fingerprint:
                self.watching.event("the data has changed since the run began", self.seconds)

    @property
    def seconds(self) -> float:
        """Time of training so far, over all sessions."""
        return self.before + (time.monotonic() - self.began if self.began is not None else 0.0)

    @property
    def trained(self) -> float:
        """Seconds of training alone, on the first process: without samples, scores and checkpoints, and without each
        session's first round, which warms up and compiles."""
        return self.seconds - (self.watching.looked if self.watching else 0.0)

    def play(self, deadline_seconds: float | None = None) -> Outcome:
        """Train to the end, to the deadline (seconds from now), or until Ctrl-C; then save.

        NonFiniteError if the numbers break down and OSError if nothing can be written: the last checkpoint is
        then as it was. A second Ctrl-C raises KeyboardInterrupt at once.
        """
        self.began = time.monotonic()
        self.pacing.begin(deadline_seconds)
        try:
            with Interrupts() as interrupts:
                reason = self.rounds(interrupts)
                self.save()
                self.end(reason)
        except NonFiniteError as error:
            if self.watching:
                with contextlib.suppress(OSError):  # the breakdown is the news, not the full disk
                    self.watching.event(str(error), self.seconds)
            raise
        finally:
            self.before, self.began = self.seconds, None
        return Outcome(reason, self.engine.clock.images, self.before)

    def rounds(self, interrupts: Interrupts) -> Reason:
        start: float | None = time.perf_counter()
        if self.watching and not self.engine.clock.images:
            self.watching.pictures(self.seconds)
        while not self.engine.over:
            self.engine.run(1)
            if self.watching:
                self.watching.looked += time.perf_counter() - start if start else 0.0
                start = None
                self.watching.round_over(self.seconds)
            self.engine.events.clear()
            for call in self.after_round:
                call(self)
            if self.keeping.due(self.engine.clock.images) and not self.engine.over:
                self.keep()
            order = self.pacing.look(interrupts.asked)
            if order.stop and not self.engine.over:
                return order.stop
            if order.save and not self.engine.over:
                self.save()
        if self.watching:
            self.watching.last_line(self.seconds)
        return "finished"

    def save(self) -> None:
        """Write a checkpoint now. Every process must call it."""
        state = state_of(self.engine)
        if self.watching:
            self.watching.save(state, self.seconds)
        self.pacing.save_over()

    def keep(self) -> None:
        """Keep a state to go back to, where time and disk allow. Every process must call it."""
        if not first_says(self.machine, lambda: self.keeping.affordable(self.seconds)):
            return
        start, state = time.perf_counter(), state_of(self.engine)
        if self.watching:
            try:
                self.keeping.write(self.watching.resumable(state, self.seconds), self.engine.clock.images)
            except OSError as error:  # a run can do without
                self.watching.event(f"no state to go back to: {error.strerror or error}", self.seconds)
            self.watching.lay_aside(start)

    def end(self, reason: Reason) -> None:
        if self.watching:
            if reason != "interrupted":
                self.watching.pictures(self.seconds, final=True)
            self.watching.write("end", self.seconds, {"reason": reason, "trained": round(self.trained, 3)})
            self.watching.log(f"{reason} after {self.seconds:,.0f} seconds of training")

    def handle(self) -> Handle:
        """The generator as it is now, ready to sample; only on the first process."""
        assert self.watching is not None, "only the first process of a run looks at it"
        return self.watching.handle(self.seconds)

    def close(self) -> None:
        """Let go of the folder, and of the other processes."""
        if self.watching:
            self.watching.close()
            self.folder.let_go()
        if distributed.is_initialized():
            distributed.destroy_process_group()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
