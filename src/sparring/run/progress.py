"""How a run is going, on the terminal while it goes."""

from __future__ import annotations

import time
from collections import deque
from types import TracebackType
from typing import Self

import torch
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..play.adversarial import ADVERSARIAL
from ..play.game import Clock, Readings, Turn
from .briefing import duration

REFRESH_SECONDS = 0.25
WINDOW_SECONDS = 20.0
"""Over which the speed is measured."""
SMOOTHING = 0.7
"""How much of the old value a shown number keeps at each refresh."""
FIRST_LINE_SECONDS, LAST_LINE_SECONDS = 5.0, 300.0
"""Without a terminal a line comes after 5 seconds, then ever more rarely."""

NOTES = 3
"""Lines of others that the display has room for."""


class Progress:
    """A watcher that shows images per second, the time left, and what each turn measured.

    A live display where `console` is a terminal, else a line now and then. Numbers leave the device at most four
    times a second.
    """

    def __init__(self, adversarial: str, console: Console | None = None):
        self.console = console or Console(stderr=True)
        self.judged = judged_by(adversarial)
        self.newest: dict[str, Readings] = {}
        self.shown: dict[str, dict[str, float]] = {}
        self.marks: deque[tuple[float, int]] = deque()  # (seconds, images)
        self.clock = Clock()
        self.live = Live(console=self.console, auto_refresh=False) if self.console.is_terminal else None
        self.due = self.begun = time.monotonic()
        self.deadline_seconds: float | None = None  # after the beginning
        self.notes: list[str] = []
        self.wait = REFRESH_SECONDS if self.live else FIRST_LINE_SECONDS

    def __enter__(self) -> Self:
        self.begun = time.monotonic()
        self.due = self.begun + self.wait
        if self.live:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.clock.images:
            self.show()
        if self.live:
            self.live.stop()

    def __call__(self, clock: Clock, turn: Turn, readings: Readings) -> None:
        self.newest[turn.title] = readings
        now = time.monotonic()
        if clock.images < self.clock.images:  # the run was taken back
            self.marks.clear()
        if not self.marks:
            self.marks.append((now, clock.images))
        self.clock = clock
        if now >= self.due:
            self.show()

    def note(self, text: str) -> None:
        """Show a line of somebody else from now on; the newest few stay in the display, elsewhere each is a line."""
        self.notes = [*[note for note in self.notes if note != text], text][-NOTES:]
        if not self.live:
            self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def show(self) -> None:
        """Refresh the display, or write a line."""
        now = time.monotonic()
        self.fetch()
        self.marks.append((now, self.clock.images))
        while len(self.marks) > 2 and now - self.marks[1][0] > WINDOW_SECONDS:
            self.marks.popleft()
        if self.live:
            self.live.update(self.display(), refresh=True)
        else:
            self.console.print(self.line(), highlight=False, markup=False, soft_wrap=True)
            self.wait = min(LAST_LINE_SECONDS, max(FIRST_LINE_SECONDS, 0.2 * (now - self.begun)))
        self.due = time.monotonic() + self.wait

    def fetch(self) -> None:
        """Bring the newest numbers over in one transfer, and smooth them."""
        names = [(turn, name) for turn, readings in self.newest.items() for name in readings]
        if not names:
            return
        values = torch.stack([self.newest[turn][name].detach().float() for turn, name in names]).tolist()
        for (turn, name), value in zip(names, values, strict=True):
            old = self.shown.setdefault(turn, {}).get(name, value)
            self.shown[turn][name] = SMOOTHING * old + (1 - SMOOTHING) * value if self.live else value

    @property
    def images_per_second(self) -> float:
        (start, first), (end, last) = self.marks[0], self.marks[-1]
        return (last - first) / (end - start) if end > start else 0.0

    def pace(self) -> str:
        """`120,000 of 500,000 images, 412 images/s, 15 min left`."""
        clock, rate = self.clock, self.images_per_second
        told = f"{clock.images:,} of {clock.total:,} images"
        if rate:
            told += f", {rate:,.0f} images/s"
        if rate and clock.total > clock.images:
            left = (clock.total - clock.images) / rate
            if self.deadline_seconds is not None:
                left = min(left, max(0.0, self.begun + self.deadline_seconds - time.monotonic()))
            told += f", {duration(left)} left"
        return told

    def readings(self, turn: str) -> str:
        """`adversarial 1.23, r1 0.02, accuracy 0.71, gradient 2.3`."""
        shown = self.shown[turn]
        terms = {name: value for name, value in shown.items() if "/" not in name and name not in NOT_TERMS}
        told = [f"{name} {value:.3g}" for name, value in terms.items()]
        if self.judged in shown:
            told.append(f"{self.judged} {shown[self.judged]:.2f}")
        norms = [value for name, value in shown.items() if name.startswith("gradient/")]
        told += [f"gradient {value:.3g}" for value in norms[:1]]
        return ", ".join(told)

    def line(self) -> str:
        """The state as one line, where there is no display."""
        share = self.clock.images / max(self.clock.total, 1)
        turns = "; ".join(f"{turn}: {self.readings(turn)}" for turn in self.shown)
        return f"{share:4.0%}  {self.pace()}; {turns}"

    def display(self) -> Group:
        bar = Table.grid(padding=(0, 1))
        share = self.clock.images / max(self.clock.total, 1)
        bar.add_row(ProgressBar(total=1.0, completed=share, width=20), f"{share:4.0%}", self.pace())
        turns = Table.grid(padding=(0, 2))
        for turn in self.shown:
            turns.add_row(Text(turn, style="bold"), Text(self.readings(turn)))
        return Group(bar, turns, *map(Text, self.notes))


NOT_TERMS = {"loss", "accuracy", "auc"}


def judged_by(adversarial: str) -> str:
    """What tells how well the critic does: `accuracy` with the loss's own threshold, `auc` where it has none."""
    loss = ADVERSARIAL[adversarial]
    return "accuracy" if loss.threshold is not None or loss.relativistic else "auc"
