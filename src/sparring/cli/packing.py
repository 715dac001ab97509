"""How far the packing of a data set is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .voice import Voice

LINE_SECONDS = 10.0
"""Without a terminal, between two lines."""
SOON_SECONDS = 2.0
"""What is packed sooner is not worth a line."""


@contextmanager
def packing(voice: Voice) -> Iterator[Callable[[int, int], None]]:
    """What `open_source` calls with (images done, images in all)."""
    console = Console(stderr=True, quiet=voice.silent)
    if not console.is_terminal:
        yield sparse(console)
        return
    columns = (TextColumn("Packing"), BarColumn(), MofNCompleteColumn(), TextColumn("images"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, refresh_per_second=4) as bar:
        task = bar.add_task("", visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


def sparse(console: Console) -> Callable[[int, int], None]:
    begun = last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_SECONDS or (done == total and now - begun > SOON_SECONDS):
            console.print(f"Packed {done:,} of {total:,} images", highlight=False, soft_wrap=True)
            last = now

    return progress
