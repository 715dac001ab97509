"""What a healthy run's players measure, and what is asked of rules about players."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sparring.doctor.case import Case, Setup
from sparring.doctor.series import Numbers

from ..cases import BATCH, course
from .healthy import Course, learnt

ROUNDS = 2000
STUCK: Mapping[str, Course] = {"distance": lambda t: 1.2 + 0.1 * np.sin(50 * t)}
"""Samples that are bad and stay so."""


def setup(adversarial: str = "nonsaturating", **given) -> Setup:
    return Setup(adversarial=adversarial, rounds=ROUNDS, batch=BATCH, **given)


def around(level: float, width: float = 0.05, phase: float = 0.0) -> Callable[[Numbers], Numbers]:
    """A level and what looks like noise around it, the same for the same phase."""
    return lambda t: level + width * np.sin(1e7 * (t + 0.01) ** 2 + phase)


PLAYERS: Mapping[str, Course] = {
    "critic_loss": around(1.25),
    "generator_loss": around(0.8),
    "penalty": 0.02,
    "real_logit": around(0.2),
    "fake_logit": around(-0.2, phase=np.pi),  # a fake that fools costs the generator less
    "sign_real": 0.3,
    "accuracy": around(0.68, 0.03),
    "auc": around(0.75, 0.03),
    "critic_gradient": around(1.0, 0.3),
    "penalty_gradient": 2.0,
    "generator_gradient": around(0.5, 0.2),
    "critic_rate": 2e-4,
    "generator_rate": 2e-4,
    "nonfinite": 0.0,
}
LOOKS: Mapping[str, Course] = {
    "held_out_logit": 0.18,
    "memory_gap": 0.05,
    "batch_effect": 0.02,
    "input_gradient": around(0.1, 0.02),
    "critic_update": 1e-3,
    "generator_update": 1e-3,
    "critic_still": 0.0,
    "generator_still": 0.0,
    "distance": learnt(2.0, 0.05),
    "movement": learnt(5.0, 0.4),
}


def played(of: Setup | None = None, /, **changes: Course) -> Case:
    """A healthy run of 2,000 rounds but for these signals; a line every 5 rounds, a look every 40."""
    signals = {**PLAYERS, **LOOKS, **changes}
    made = {name: course(values, every=40 if name in LOOKS else 5) for name, values in signals.items()}
    return Case(of or setup(), made)


def losses_alone(of: Setup | None = None, /, **changes: Course) -> Case:
    """What a foreign program's log holds."""
    made = {"critic_loss": PLAYERS["critic_loss"], "generator_loss": PLAYERS["generator_loss"], **changes}
    return Case(of or setup(), {name: course(values) for name, values in made.items()})
