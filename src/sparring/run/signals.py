"""Ctrl-C and polite kills: the round at hand is finished and saved, a second Ctrl-C stops at once."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

ECHO_SECONDS = 2.0
"""torchrun passes on the Ctrl-C that its processes have already seen; within this time it is the same one."""


class Interrupts:
    """While it is entered, SIGINT and SIGTERM only set `asked`; a second SIGINT raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.asked = False
        self.since = 0.0
        self.previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # Python lets no other thread listen
            for name in (signal.SIGINT, signal.SIGTERM):
                self.previous[name] = signal.signal(name, self.hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for name, handler in self.previous.items():
            signal.signal(name, handler)
        self.previous = {}

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Note the wish to stop. KeyboardInterrupt where it is Ctrl-C for the second time."""
        echo = "TORCHELASTIC_RUN_ID" in os.environ and time.monotonic() - self.since < ECHO_SECONDS
        if self.asked and number == signal.SIGINT and not echo:
            raise KeyboardInterrupt
        if not self.asked:
            self.asked, self.since = True, time.monotonic()
