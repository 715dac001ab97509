"""What watching costs, so that it can be held to a share of the training."""

from __future__ import annotations

import time

SHORT = 0.05
"""Seconds of training, before which nothing can be said of how busy it keeps the processors."""

Moment = tuple[float, float]
"""Seconds of the clock, and of the processor over all threads of this process."""


def moment() -> Moment:
    return time.perf_counter(), time.process_time()


class Meter:
    """Adds up what watching takes, by the clock or of the processor: whichever is the larger share of the training.

    A look that keeps two cores busy beside a training that keeps one costs twice what the clock says.
    """

    def __init__(self) -> None:
        self.begun = moment()
        self.clock = self.processor = 0.0  # that were spent
        self.spent = 0.0
        """Seconds, as many as those of the training that they may be compared with."""

    @property
    def trained(self) -> float:
        """Seconds of the clock that were spent on anything else."""
        return time.perf_counter() - self.begun[0] - self.clock

    def pay(self, since: Moment) -> float:
        """Count what was done since then, and say how much that was."""
        now = moment()
        clock, processor = now[0] - since[0], now[1] - since[1]
        trained = since[0] - self.begun[0] - self.clock
        busy = (since[1] - self.begun[1] - self.processor) / trained if trained > SHORT else 0.0
        seconds = max(clock, processor / busy) if busy > 0 else clock
        self.clock, self.processor, self.spent = self.clock + clock, self.processor + processor, self.spent + seconds
        return seconds
