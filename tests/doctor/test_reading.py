from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sparring.doctor.case import Setup
from sparring.doctor.reading import Notes, case_of
from sparring.run.folder import RunFolder
from tests.run.small import recipe


def write(path: Path, *records: dict | str) -> None:
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run of 100 rounds of 8 images, written by hand."""
    made = recipe(100)
    folder = RunFolder.create(tmp_path / "run", made)
    plan = {"rounds": 100, "images": 800, "data": {"shape": [1, 16, 16], "classes": [], "training": 300}}
    critic = {"adversarial": 1.2, "logit/real": 0.5, "auc": 0.8, "loss": 1.3, "gradient/critic": 2.0, "accuracy": 0.7}
    maker = {"adversarial": 0.9, "loss": 0.9, "gradient/generator": None}
    lines = [
        {
            "kind": "round",
            "images": 8 * number,
            "readings": {"critic": critic, "critic penalties": {"r1": 0.1 * number}, "generator": maker},
            "learning_rates": {"generator": 1e-3, "critic": 2e-3},
        }
        for number in range(1, 5)
    ]
    skipped = {"kind": "event", "images": 12, "sentence": "skipped an update of critic: why"}
    write(folder.journal, {"kind": "plan", "images": 0, "plan": plan}, *lines[:1], skipped, *lines[1:], '{"kind": "rou')
    return folder


def test_turns_become_signals(run: RunFolder) -> None:
    case = case_of(run.path)
    assert list(case.series["auc"].rounds) == [1, 2, 3, 4]
    assert case.series["critic_loss"].last == 1.2
    assert case.series["generator_loss"].last == 0.9
    assert math.isnan(case.series["generator_gradient"].last)
    assert case.series["penalty"].last == pytest.approx(0.4)
    assert case.series["critic_rate"].last == 2e-3
    assert list(case.series["nonfinite"].values) == [0, 1, 0, 0]
    assert (case.setup.rounds, case.setup.count, case.setup.points) == (100, 300, False)
    assert case.now.planned == 100


def test_notes_go_on_after_they_were_read() -> None:
    notes = Notes(8.0)
    notes.add(8, {"auc": 0.5})
    assert len(notes.case(Setup()).series["auc"]) == 1
    notes.add(16, {"auc": 0.75, "quality": None})
    series = notes.case(Setup()).series
    assert list(series["auc"].values) == [0.5, 0.75]
    assert list(series["auc"].rounds) == [1, 2]
    assert math.isnan(series["quality"].last)


def test_vitals_and_scores_are_read(run: RunFolder) -> None:
    write(run.vitals, {"images": 16, "rounds": 2.0, "seconds": 1, "values": {"quality": 0.5, "coverage": None, "x": 1}})
    scores = [{"name": "fid", "value": 9.0}, {"name": "kid", "value": 0.25}]
    write(
        run.scores,
        {"images": 16, "seconds": 1, "sliced_wasserstein": 0.5},
        {"kind": "scores", "images": 24, "seconds": 1, "by": "training", "best": True, "scores": scores},
        {"kind": "scores", "images": 24, "seconds": 1, "by": "evaluate", "best": False, "scores": scores[:1]},
    )
    case = case_of(run.path)
    assert case.series["quality"].last == 0.5
    assert math.isnan(case.series["coverage"].last)
    assert case.series["score"].last == 0.5
    assert (case.series["real_score"].last, case.series["real_score"].rounds[-1]) == (0.25, 3)
    assert "x" not in case.series


def test_a_run_that_has_only_a_recipe_has_no_signals(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", recipe(100))
    assert not case_of(folder.path).series


def test_a_folder_without_a_recipe_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run"):
        case_of(tmp_path)


def test_an_update_that_ended_the_run_is_an_undefined_number_of_updates(run: RunFolder) -> None:
    with run.journal.open("a") as file:
        event = {"kind": "event", "images": 40, "sentence": "non-finite numbers in the turn of critic: why"}
        file.write("\n" + json.dumps(event) + "\n")
    counted = case_of(run.path).series["nonfinite"]
    assert counted.images[-1] == 40
    assert math.isnan(counted.last)


def test_the_gradient_of_lazy_penalties_is_a_signal_of_its_own(run: RunFolder) -> None:
    assert "penalty_gradient" not in case_of(run.path).series
    paid = {"critic penalties": {"r1": 0.5, "gradient/critic": 7.0}}
    with run.journal.open("a") as file:
        file.write("\n" + json.dumps({"kind": "round", "images": 40, "readings": paid}) + "\n")
    assert list(case_of(run.path).series["penalty_gradient"].values) == [7.0]
