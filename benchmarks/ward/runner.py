"""One run of the ward, and what the doctor says of it afterwards."""

from __future__ import annotations

import argparse
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparring.doctor.case import Case
from sparring.doctor.findings import Finding
from sparring.doctor.foreign import case_of_folder
from sparring.doctor.live import Attending
from sparring.doctor.reading import case_of
from sparring.doctor.rule import examine
from sparring.doctor.rules import RULES
from sparring.play.guard import NonFiniteError
from sparring.recipes.recipe import Recipe
from sparring.run.session import Session
from sparring.settings import assign

from .. import cells
from .loops import LOOPS
from .patient import Patient
from .plants import PLANTS
from .table import PATIENTS

LOOKS = 30
"""In a run, however short it is: a look costs more of a run of seconds than of any real one."""
MOMENTS = 40
"""At which the rules are asked."""
WITHIN = 0.3
"""Share of the run after the onset in which a failure's own rule must fire."""


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    """Train, and keep what the doctor saw: journal, looks and scores, but no weights and no pictures."""
    name, _, seed = cell.rpartition("/")
    folder = options.out / "runs" / cell
    shutil.rmtree(folder, ignore_errors=True)
    patient, broke = PATIENTS[name], ""
    if patient.foreign:
        LOOPS[patient.begin](folder, int(seed), options.quick)
    else:
        recipe = assign(patient.recipe, [f"train.seed={seed}"])
        if options.quick:
            recipe = assign(recipe, [f"train.images={30 * recipe.train.batch * recipe.game.batches}"])
        broke = play(patient, recipe, folder)
    for path in folder.iterdir():
        if path.suffix in (".pt", ".safetensors"):
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
    distances = case_in(folder, patient).series.get("distance")
    last = distances.last if distances else math.nan
    return {"broke": broke, "distance": last if math.isfinite(last) else None}


def play(patient: Patient, recipe: Recipe, folder: Path) -> str:
    """Play a session with the plant in it and the doctor at its side; how its numbers broke down, if they did."""
    planted = False

    def plant(session: Session) -> None:
        nonlocal planted
        clock = session.engine.clock
        if patient.plant and not planted and clock.images >= patient.onset * clock.total:
            PLANTS[patient.plant](session, patient.amount)
            planted = True

    rounds = recipe.train.images // recipe.train.batch // recipe.game.batches
    doctor = Attending(rules=(), every=max(2, rounds // LOOKS))
    with Session.start(recipe, folder, after_round=[doctor, plant]) as session:
        if not patient.onset:
            plant(session)
        try:
            session.play()
        except NonFiniteError as error:
            return str(error)
        doctor.finish()
    return ""


@dataclass(frozen=True)
class Held:
    """How long a rule held, in shares of the run, and how bad it was at worst."""

    rule: str
    severity: str
    first: float
    last: float

    @property
    def counts(self) -> bool:
        """Whether somebody would have been told that something is wrong."""
        return self.severity != "info"


@dataclass(frozen=True)
class Verdict:
    """One run as the rules see it."""

    patient: Patient
    seed: int
    held: tuple[Held, ...]
    distance: float

    @property
    def found(self) -> bool:
        """Whether a rule of its own fired in time."""
        end = max(self.patient.onset, self.patient.shows) + WITHIN + 1e-6
        return any(one.counts and one.rule in self.patient.own and one.first <= end for one in self.held)

    @property
    def alarms(self) -> tuple[str, ...]:
        """Alarms that say nothing about what was planted."""
        related = self.patient.related
        return tuple(one.rule for one in self.held if one.severity == "alarm" and one.rule not in related)


def examined(case: Case) -> Iterator[tuple[float, list[Finding]]]:
    """What the rules say at moments spread over the run, each a share of it."""
    now = case.now
    for moment in np.linspace(now.planned / MOMENTS, now.planned, MOMENTS):
        if moment - now.planned / MOMENTS < now.rounds:
            yield float(min(moment, now.rounds) / now.planned), examine(case.until(moment), RULES)


def case_in(folder: Path, patient: Patient) -> Case:
    return (case_of_folder if patient.foreign else case_of)(folder)


def judge(folder: Path, patient: Patient, seed: int) -> Verdict:
    """Ask the rules about a run that is over, as if it were going on."""
    worst = ("info", "warning", "alarm")
    held, case = dict[str, Held](), case_in(folder, patient)
    for share, findings in examined(case):
        for one in findings:
            old = held.get(one.rule)
            severity = max(one.severity, old.severity if old else "info", key=worst.index)
            held[one.rule] = Held(one.rule, severity, old.first if old else share, share)
    distance = case.series.get("distance")
    return Verdict(patient, seed, tuple(held.values()), distance.last if distance else math.nan)
