"""Signals made up for tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sparring.doctor.case import Case, Setup
from sparring.doctor.series import Numbers, Series

BATCH = 64


def course(values: Callable[[Numbers], Numbers] | float, rounds: int = 2000, every: int = 5) -> Series:
    """A signal over a run: a constant, or a function of how much of the run is over (0..1)."""
    at = np.arange(every, rounds + 1, every, dtype=np.float64)
    made = values(at / rounds) if callable(values) else np.full(len(at), values)
    return Series(at, at * BATCH, np.asarray(made, dtype=np.float64))


def case(setup: Setup | None = None, /, **signals: Callable[[Numbers], Numbers] | float) -> Case:
    """A run of 2,000 rounds with these signals."""
    return Case(
        setup or Setup(adversarial="nonsaturating", rounds=2000, batch=BATCH),
        {name: course(values) for name, values in signals.items()},
    )
