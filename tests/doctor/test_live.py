"""The doctor beside a session: what it writes, what it says, and how it goes on after a stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparring.doctor.findings import Claim, Finding, evidence_of
from sparring.doctor.live import Attending
from sparring.doctor.reading import case_of, records
from sparring.doctor.record import read_findings
from sparring.doctor.rule import Rule
from sparring.run.journal import Lines
from sparring.run.session import Session
from tests.run.small import Blobs, data, recipe
from tests.run.test_session import at_round, interrupt


def rule(name: str, first: float, last: float) -> Rule:
    """Holds from one round to another."""

    def check(now, quality):
        if first <= now.rounds <= last:
            return Claim((evidence_of("quality", quality, quality.last, 2.0, "below"),))
        return None

    return Rule(name, "warning", name.capitalize(), "", "", (), check, early=True)


RULES = (rule("early", 5, 15), rule("late", 20, 99))


def play(out: Path, *, stop: int = 0, start: bool = True, hear=()) -> Attending:
    """A run of 40 rounds, looked at every 5, or what is left of it; interrupted after so many rounds."""
    doctor = Attending(hear, rules=RULES, every=5)
    after = [doctor, *([at_round(stop, interrupt)] if stop else [])]
    with data(Blobs()):
        begin = Session.start(recipe(40), out, after_round=after) if start else Session.resume(out, after_round=after)
        with begin as session:
            session.play()
    doctor.finish()
    return doctor


def test_findings_are_written_told_once_and_noted(tmp_path: Path) -> None:
    heard = list[Finding]()
    doctor = play(tmp_path / "run", hear=[heard.append])
    assert [finding.rule for finding in heard] == ["early", "late"]
    record = read_findings(tmp_path / "run" / "findings.json")
    assert record.images == 320
    early, late = record.findings
    assert (early.first_images, early.last_images) == (40, 120)
    assert (late.first_images, late.last_images) == (160, 320)
    assert doctor.findings == record.findings
    told = [line["sentence"] for line in records(tmp_path / "run" / "journal.jsonl") if line["kind"] == "event"]
    assert told == ["doctor: warning: early", "doctor: warning: late"]


def test_a_resumed_run_is_looked_at_as_one_that_never_stopped(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    play(whole)
    play(parts, stop=25)
    # As if the checkpoint of round 25 had been followed by more rounds, whose traces a kill left behind.
    lines = (whole / "vitals.jsonl").read_text().splitlines(keepends=True)
    with open(parts / "vitals.jsonl", "a") as file:
        file.writelines(lines[5:7])
    doctor = play(parts, start=False)
    images = [line["images"] for line in records(parts / "vitals.jsonl")]
    assert images == sorted(set(images))
    assert images[:5] == [40, 80, 120, 160, 200]
    assert {finding.rule: finding.first_images for finding in doctor.findings} == {"early": 40, "late": 160}
    assert case_of(parts).series["quality"].rounds[-1] > 35


def test_findings_of_a_future_that_is_yet_to_come_are_forgotten(tmp_path: Path) -> None:
    play(tmp_path / "run", stop=12)
    other = tmp_path / "other"
    play(other)
    (tmp_path / "run" / "findings.json").write_bytes((other / "findings.json").read_bytes())
    doctor = Attending(rules=(), every=5)
    with data(Blobs()), Session.resume(tmp_path / "run", after_round=[doctor, at_round(14, interrupt)]) as session:
        session.play()
    assert [(finding.rule, finding.last_images) for finding in doctor.findings] == [("early", 104)]


def test_a_doctor_who_fails_leaves_and_the_run_goes_on(tmp_path: Path) -> None:
    broken = Rule("broken", "warning", "", "", "", (), lambda now: 1 / 0, early=True)
    doctor = Attending(rules=(broken,), every=5)
    with data(Blobs()), Session.start(recipe(20), tmp_path / "run", after_round=[doctor]) as session:
        assert session.play().reason == "finished"
    doctor.finish()
    told = [line["sentence"] for line in records(tmp_path / "run" / "journal.jsonl") if line["kind"] == "event"]
    assert told == ["the doctor had to leave: ZeroDivisionError division by zero"]


def test_looking_is_no_training_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor = Attending(rules=(), every=2)
    with data(Blobs()), Session.start(recipe(10), tmp_path / "run", after_round=[doctor]) as session:
        session.play()
        assert doctor.visit is not None
        assert session.watching is not None
        assert session.watching.looked > doctor.visit.vitals.meter.clock > 0


def test_scores_and_the_last_line_are_heard_too(tmp_path: Path) -> None:
    lengths = dict[str, int]()

    def check(now, score=None, critic_loss=None):
        lengths.update({"score": len(score or ()), "rounds": now.rounds})
        return None

    doctor = Attending(rules=[Rule("spy", "info", "", "", "", (), check, early=True)], every=5)
    scores = Lines(tmp_path / "run" / "scores.jsonl")
    scored = at_round(20, lambda: scores.append({"images": 160, "sliced_wasserstein": 0.5}))
    with data(Blobs()), Session.start(recipe(38), tmp_path / "run", after_round=[doctor, scored]) as session:
        session.play()
        doctor.finish()
    assert lengths == {"score": 1, "rounds": 38}
