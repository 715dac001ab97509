"""When to stop and when to save: decided by the clock on the wall, and yet the same on all processes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import torch
from torch import distributed

from ..play.machine import Machine

Reason = Literal["finished", "interrupted", "deadline", "exhausted"]
"""The last one: the autopilot has no remedy left."""

LOOK_SECONDS = 0.5
"""With several processes, about how long between two looks: each look is a message that all wait for."""
FIRST_SECONDS = 20.0
"""The first checkpoint comes after this time, later ones ever later until the asked interval is reached."""


@dataclass(frozen=True)
class Order:
    """What all processes do after this round."""

    save: bool = False
    stop: Reason | None = None


STOPS: tuple[Reason | None, ...] = (None, "deadline", "interrupted")


class Pacing:
    """Looks at the time and at signals, on the first process, and tells the others."""

    def __init__(self, machine: Machine, checkpoint_seconds: float):
        self.machine, self.checkpoint_seconds = machine, checkpoint_seconds
        self.began = self.saved = self.looked = time.monotonic()
        self.deadline = float("inf")
        self.stride = self.until_look = 1  # rounds

    def begin(self, deadline_seconds: float | None) -> None:
        """Start the clock; the deadline is so many seconds from now."""
        self.began = self.saved = self.looked = time.monotonic()
        self.deadline = self.began + deadline_seconds if deadline_seconds is not None else float("inf")

    def save_over(self) -> None:
        """A checkpoint was written: the next one is an interval away."""
        self.saved = time.monotonic()

    def look(self, interrupted: bool) -> Order:
        """After each round, on every process: the same order on all of them."""
        self.until_look -= 1
        if self.until_look > 0:
            return Order()
        now = time.monotonic()
        interval = min(self.checkpoint_seconds, max(FIRST_SECONDS, (self.saved - self.began) / 2))
        stop = 2 if interrupted else 1 if now >= self.deadline else 0
        save = int(now - self.saved >= interval)
        if self.machine.world > 1:
            stop, save = self.agree(stop, save, now)
        self.until_look, self.looked = self.stride, now
        return Order(bool(save), STOPS[stop])

    def agree(self, stop: int, save: int, now: float) -> tuple[int, int]:
        """Time counts on the first process, an interruption on any; all learn when to look again."""
        rounds = int(self.stride * LOOK_SECONDS / max(now - self.looked, 1e-6))
        stride = max(1, min(rounds, 2 * self.stride))
        mine = [stop, save, stride] if self.machine.rank == 0 else [stop if stop == 2 else 0, 0, 0]
        message = torch.tensor(mine, device=self.machine.device)
        distributed.all_reduce(message, distributed.ReduceOp.MAX)
        stop, save, self.stride = (int(number) for number in message.tolist())
        return stop, save
