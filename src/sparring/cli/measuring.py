"""How far a measurement is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .voice import Voice

LINE_SECONDS, SHARE = 10.0, 0.5
"""Without a terminal, until the first line, and between two of the time so far."""


@contextmanager
def measuring(voice: Voice) -> Iterator[Callable[[str, int, int], None]]:
    """What `evaluate` calls with (what it does, done, of how many)."""
    console = Console(stderr=True, quiet=voice.silent)
    if not console.is_terminal:
        yield sparse(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as bar:
        task = bar.add_task("", visible=False)

        def step(what: str, done: int, total: int) -> None:
            if what != bar.tasks[0].description:  # a new one has a speed of its own
                bar.reset(task, description=what, total=total)
            bar.update(task, completed=done, total=total, visible=True)

        yield step


def sparse(console: Console) -> Callable[[str, int, int], None]:
    begun = time.monotonic()
    due = begun + LINE_SECONDS

    def step(what: str, done: int, total: int) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            console.print(f"{what}: {done:,} of {total:,}", highlight=False, soft_wrap=True)
            due = now + SHARE * (now - begun)

    return step
