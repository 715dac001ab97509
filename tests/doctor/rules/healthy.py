"""What a healthy run's samples measure, and what is asked of rules about samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sparring.doctor.case import Case, Setup
from sparring.doctor.findings import Finding
from sparring.doctor.rule import examine
from sparring.doctor.rules import RULES
from sparring.doctor.series import Numbers

from ..cases import BATCH, course

Course = Callable[[Numbers], Numbers] | float

SETUP = Setup(adversarial="nonsaturating", rounds=2000, batch=BATCH, classes=10, batch_norm=frozenset({"generator"}))


def learnt(start: float, end: float) -> Callable[[Numbers], Numbers]:
    """From one value to another, most of the way in the first tenth of the run."""
    return lambda t: end + (start - end) * np.exp(-t / 0.05)


HEALTHY: dict[str, Course] = {
    "distance": learnt(2.0, 0.05),
    "distance_raw": learnt(2.0, 0.06),
    "quality": learnt(0.0, 0.8),
    "coverage": learnt(0.0, 0.8),
    "diversity": learnt(0.1, 0.95),
    "noise_effect": learnt(0.1, 0.9),
    "batch_spread": learnt(0.1, 0.95),
    "rank": learnt(0.2, 0.9),
    "duplicates": learnt(0.9, 0.01),
    "dominant_share": learnt(12.0, 1.4),
    "dominant_region": lambda t: np.floor(t * 1000) % 16,  # by chance, a different one at each look
    "regions": learnt(0.1, 1.0),
    "class_divergence": learnt(2.0, 0.03),
    "least_class": learnt(0.0, 0.7),
    "class_agreement": learnt(0.0, 0.9),
    "class_spread": learnt(0.1, 0.8),
    "label_effect": 0.8,
    "label_sense": learnt(0.0, 0.6),
    "movement": learnt(5.0, 0.4),
    "channel_gap": learnt(0.8, 0.03),
    "swapped_gap": learnt(0.8, 0.05),
    "halved_gap": 1.2,
    "contrast": learnt(0.1, 0.95),
    "saturated": 0.42,
    "saturated_real": 0.4,
    "range_real": 1.0,
    "checkerboard": learnt(6.0, 1.2),
    "border_gap": learnt(2.0, 0.1),
    "blank_share": 0.0,
    "mode_gap": learnt(0.5, 0.1),
    "activation_peak": 12.0,
    "copying": 1.0,
    "score": lambda t: 0.5 * np.exp(-2 * t),
}


def run(setup: Setup = SETUP, /, **changes: Course) -> Case:
    """A healthy run of 2,000 rounds, looked at every 40, but for these signals."""
    signals = {**HEALTHY, **changes}
    return Case(setup, {name: course(values, every=40) for name, values in signals.items()})


def found(case: Case, least: str = "info") -> set[str]:
    """Rules that speak at the end of this run, of at least this severity."""
    kept = {"info": ("info", "warning", "alarm"), "warning": ("warning", "alarm"), "alarm": ("alarm",)}[least]
    return {one.rule for one in examine(case, RULES) if one.severity in kept}


def finding(case: Case, rule: str) -> Finding:
    """What this rule says of this run."""
    (one,) = [one for one in examine(case, RULES) if one.rule == rule]
    return one


def unlabelled() -> Setup:
    return replace(SETUP, classes=0)
