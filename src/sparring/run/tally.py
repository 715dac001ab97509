"""Readings of many rounds as one line of means, without making the device wait in each of them."""

from __future__ import annotations

import math
from typing import Any

import torch

from ..play.game import Clock, Readings, Turn

DENSE_ROUNDS = 100
"""Up to here every round has a line; later a line covers more and more rounds."""
LINES = 1000
"""About how many lines a long run has."""
HELD_TURNS = 256
"""Turns whose readings wait on the device before they are fetched together."""


class Tally:
    """A watcher that adds up readings by turn until their means are taken.

    Which rounds share a line depends on the number of rounds alone and not on the clock on the wall, and what is
    added up so far goes into checkpoints: a resumed run writes the lines that an uninterrupted one writes.
    """

    def __init__(self, rounds: int):
        self.widest = max(1, rounds // LINES)
        self.rounds = self.in_line = 0
        self.waiting: list[tuple[str, Readings]] = []
        self.sums: dict[str, dict[str, list[float]]] = {}  # turn -> name -> [sum, count]

    def __call__(self, clock: Clock, turn: Turn, readings: Readings) -> None:
        self.waiting.append((turn.title, dict(readings)))
        if len(self.waiting) >= HELD_TURNS:
            self.fetch()

    def round_over(self) -> bool:
        """Count a round; True if a line is due."""
        self.rounds, self.in_line = self.rounds + 1, self.in_line + 1
        return self.in_line >= min(self.widest, 1 + self.rounds // DENSE_ROUNDS)

    def means(self) -> dict[str, dict[str, float | None]]:
        """Mean of every reading since the last call, by turn and name, to six digits; None where it is not finite."""
        self.fetch()
        means = {
            turn: {name: six_digits(total / count) for name, (total, count) in readings.items()}
            for turn, readings in self.sums.items()
        }
        self.sums, self.in_line = {}, 0
        return means

    def fetch(self) -> None:
        """Add up what waits on the device, in one transfer."""
        values = [value.detach().float() for _, readings in self.waiting for value in readings.values()]
        numbers = iter(torch.stack(values).tolist() if values else ())
        for turn, readings in self.waiting:
            sums = self.sums.setdefault(turn, {})
            for name in readings:
                entry = sums.setdefault(name, [0.0, 0])
                entry[0] += next(numbers)
                entry[1] += 1
        self.waiting = []

    def state_dict(self) -> dict[str, Any]:
        self.fetch()
        return {"rounds": self.rounds, "in_line": self.in_line, "sums": self.sums}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.rounds, self.in_line, self.sums = state["rounds"], state["in_line"], state["sums"]


def six_digits(value: float) -> float | None:
    """Short, and None for what JSON has no word for."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
