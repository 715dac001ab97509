"""States of a run that it can be taken back to: a few, spread over its last part."""

from __future__ import annotations

import shutil
import time
from typing import Any

from . import atomic, checkpoint
from .folder import RunFolder

STEPS, LEAST_ROUNDS = 20, 25
"""A state is due so often in a run, but not more often than after so many rounds: three of them reach back farther
than the window that the doctor's verdicts are about."""
FREE_SECONDS, SHARE = 2.0, 0.02
"""Of all time, what keeping may take: so much in any run, and this share of a long one."""
ROOM = 4
"""Times the size of a state that must be free on the disk."""


class Keeping:
    """Keeps the newest `keep` states of a run of `total` images that is `images` old; a round has `pace` of them."""

    def __init__(self, folder: RunFolder, keep: int, total: int, pace: float, images: int):
        self.folder, self.keep = folder, keep
        self.step = max(1, total // STEPS, int(LEAST_ROUNDS * pace))
        self.last, self.spent = images, 0.0  # images; seconds

    def due(self, images: int) -> bool:
        """Whether a step is over; the same on all processes."""
        if not self.keep or images // self.step <= self.last // self.step:
            return False
        self.last = images
        return True

    def affordable(self, seconds: float) -> bool:
        """Whether time and disk allow another state after so many seconds of training."""
        if self.spent > max(FREE_SECONDS, SHARE * seconds):
            return False
        files = [*self.folder.kept_states.values(), self.folder.resume]
        size = max((file.stat().st_size for file in files if file.exists()), default=0)
        return shutil.disk_usage(self.folder.path).free > ROOM * size

    def write(self, state: dict[str, Any], images: int) -> None:
        """Keep this state, and let the oldest go. OSError with one sentence if it cannot be done."""
        start = time.perf_counter()
        with atomic.explained(self.folder.states):
            self.folder.states.mkdir(exist_ok=True)
        checkpoint.write(self.folder.kept_state(images), state)
        for file in list(self.folder.kept_states.values())[: -self.keep]:
            file.unlink(missing_ok=True)
        self.spent += time.perf_counter() - start
