"""The ward is well-formed, and its plants do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from benchmarks.ward import beginnings, faults, patient, runner, table
from benchmarks.ward.plants import PLANTS
from benchmarks.ward.runner import Held, Verdict

from sparring.doctor.rules import RULES
from sparring.run.session import Session
from sparring.settings import assign

ILL = [one for one in table.PATIENTS.values() if one.own]
HALVES = {"tuning", "reporting"}


def test_there_are_enough_of_both_kinds_in_both_halves() -> None:
    assert len(table.PATIENTS) == len({one.id for one in (*table.PLAYERS, *table.SAMPLES, *table.HEALTHY)})
    assert len(ILL) >= 30
    assert len(table.HEALTHY) >= 10
    for illness in {one.illness for one in ILL}:
        assert {one.half for one in ILL if one.illness == illness} == HALVES, illness
    assert {one.half for one in table.HEALTHY} == HALVES
    reported = [one for one in table.PATIENTS.values() if one.half == "reporting"]
    assert sum(bool(one.own) for one in reported) >= 30
    assert sum(not one.own for one in reported) >= 10
    for media in (("ring", "grid", "roll"), ("digits", "mnist", "faces", "heads")):
        assert {one.half for one in ILL if one.begin.startswith(media)} == HALVES


def test_every_rule_that_is_named_is_one() -> None:
    known = {rule.id for rule in RULES}
    named = {rule for one in ILL for rule in one.related}
    assert named <= known, named - known
    assert set(patient.FOLLOWS) <= {one.illness for one in ILL}


def test_patients_have_recipes_and_plants() -> None:
    for one in table.PATIENTS.values():
        assert one.foreign or one.recipe.train.images > 0
        assert one.plant in PLANTS or not one.plant
        assert one.plant or not one.onset
        assert one.own or not one.shows


def test_a_plant_and_its_rule(tmp_path: Path) -> None:
    patient = table.PATIENTS["ring-frozen-generator"]
    recipe = assign(patient.recipe, ["train.images=19200"])
    assert runner.play(patient, recipe, tmp_path / "run") == ""
    verdict = runner.judge(tmp_path / "run", patient, 0)
    assert verdict.found
    first = min(one.first for one in verdict.held if one.rule == "generator-stands-still" and one.counts)
    assert first > patient.onset


def test_no_gradient_reaches_a_cut_off_generator(tmp_path: Path) -> None:
    recipe = assign(beginnings.BEGIN["ring"](), ["train.images=256"])
    with Session.start(recipe, tmp_path / "run") as session:
        before = [weights.clone() for weights in session.engine.game.generator.parameters()]
        PLANTS["cut_off"](session, 0.0)
        session.engine.run()
        after = list(session.engine.game.generator.parameters())
    assert all(torch.equal(old, new) for old, new in zip(before, after, strict=True))


def test_what_counts_as_found() -> None:
    def verdict(rule: str, severity: str, first: float) -> Verdict:
        return Verdict(table.PATIENTS["ring-frozen-generator"], 0, (Held(rule, severity, first, 1.0),), 0.0)

    assert verdict("generator-stands-still", "warning", 0.6).found
    assert not verdict("generator-stands-still", "info", 0.6).found
    assert not verdict("generator-stands-still", "alarm", 0.65).found
    assert verdict("label-noise", "alarm", 0.4).alarms == ("label-noise",)
    assert verdict("label-noise", "warning", 0.4).alarms == ()
    assert verdict("far-samples", "alarm", 0.4).alarms == ()  # follows from every failure
    healthy = Verdict(table.PATIENTS["plain-ring"], 0, (Held("far-samples", "alarm", 0.4, 1.0),), 0.0)
    assert healthy.alarms == ("far-samples",)


@pytest.mark.parametrize("mistake", ["double sigmoid", "detached generator", "constant data"])
def test_mistakes_on_points_are_linted(mistake: str) -> None:
    fault = next(one for one in faults.FAULTS if one.mistake == mistake and one.begin == "ring")
    assert faults.found(fault)[fault.rule] == "alarm"
