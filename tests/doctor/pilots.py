"""Small runs on a ring, and somebody who raises an alarm whenever a test wants one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sparring.doctor import autopilot, treating
from sparring.doctor.findings import Finding, Remedy, Severity
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.run import keeping
from sparring.run.session import Session
from sparring.settings import assign

BATCH = 16
ROUNDS = 80
STEP = 4 * BATCH
"""Images between two kept states."""
WINDOW = 8 * BATCH
"""Images that a rule looks at."""


def quick(patch: pytest.MonkeyPatch) -> None:
    """States and windows for so short a run, on a machine that may have much else to do."""
    patch.setattr(keeping, "LEAST_ROUNDS", 1)
    patch.setattr(keeping, "FREE_SECONDS", 1000.0)
    for room in (treating, autopilot):
        patch.setattr(room, "window", lambda images, rounds, total: WINDOW)


def ring(*changes: str) -> Recipe:
    """A run of 80 rounds of 16 points."""
    recipe = RECIPES["gan-toy"].make(Facts())
    small = ("networks.generator.widths=[16,16]", "networks.critic.widths=[16,16]", "watch.tensorboard=false")
    size = (f"train.images={BATCH * ROUNDS}", f"train.batch={BATCH}", "train.device=cpu", "train.precision=fp32")
    return assign(recipe, [*small, *size, "watch.grids=2", "watch.grid=4", *changes])


def remedy(name: str, *changes: str, from_start: bool = False) -> Remedy:
    return Remedy(name, f"Try {name}.", changes, from_start)


SLOWER = remedy("slower", "optims.critic.lr=1e-4")
SMOOTHER = remedy("smoother", "rules.r1=0.5")
WIDER = remedy("wider", "networks.critic.widths=[24,24]", from_start=True)
WORDS = remedy("data-fix")


def alarm(rule: str, *remedies: Remedy, images: float = 0.0, severity: Severity = "alarm") -> Finding:
    """A finding with these remedies."""
    return Finding(rule, severity, f"{rule.capitalize()} is at hand", "It is bad.", "", (), remedies, images, images)


class Alarmist:
    """Says after each round what `holds` at so many images under this recipe; None is nothing."""

    def __init__(self, holds: Callable[[int, Recipe], Finding | None]):
        self.holds, self.known, self.images = holds, dict[str, Finding](), 0

    def __call__(self, session: Session) -> None:
        images = session.engine.clock.images
        if found := self.holds(images, session.recipe):
            first = self.known[found.rule].first_images if found.rule in self.known else found.first_images or images
            self.known[found.rule] = found.lasting(first, images)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self.known.values())

    def finish(self) -> None:
        self.finished = True
