"""Runs whose generators do not start from noise: their turns are read, and nobody is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparring.doctor.live import Attending
from sparring.doctor.reading import case_of, records
from sparring.run.session import Session
from tests.run.test_translating import recipe


@pytest.mark.parametrize(
    ("case", "source", "labels"),
    [("paired", "gray", "none"), ("cycle", "folder", "none"), ("domains", "", "folders")],
)
def test_translators_are_attended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, source: str, labels: str
) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))
    doctor, out = Attending(every=2), tmp_path / "run"
    with Session.start(recipe(tmp_path, case, source, labels=labels), out, after_round=[doctor]) as session:
        session.play()
        doctor.finish()
    assert not [line for line in records(out / "journal.jsonl") if "had to leave" in str(line.get("sentence"))]
    assert not list(records(out / "vitals.jsonl"))
    found = case_of(out)
    assert found.now.planned == found.setup.rounds == 6
    assert {"nonfinite"} <= set(found.series)
