from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sparring.doctor.case import Setup
from sparring.doctor.logs import read_csv, read_events
from sparring.run.board import Board

SETUP = Setup(adversarial="nonsaturating", batch=32)


def log(folder: Path, text: str) -> Path:
    (folder / "log.csv").write_text(text)
    return folder / "log.csv"


@pytest.mark.parametrize(
    ("critic", "generator"),
    [("loss_D", "loss_G"), ("d_loss", "g_loss"), ("Loss/D", "Loss/G"), ("train/errD", "G/errG"), ("D loss", "G loss")],
)  # fmt: skip
def test_usual_names_are_known(tmp_path, critic, generator):
    found = read_csv(log(tmp_path, f"step,{critic},{generator}\n10,1.5,0.5\n20,1.25,0.75\n"), {}, SETUP)
    assert found.columns == {"step": "step", "critic_loss": critic, "generator_loss": generator}
    series = found.case.series["critic_loss"]
    assert list(series.rounds) == [10, 20]
    assert list(series.images) == [320, 640]
    assert list(series.values) == [1.5, 1.25]
    assert found.case.setup.rounds == 20


def test_columns_are_what_they_are_said_to_be(tmp_path):
    file = log(tmp_path, "epoch;a;loss_D;k\n1;2.0;9;100\n1;3.0;9;200\n")
    found = read_csv(file, {"critic_loss": "a", "step": "k"}, SETUP)
    assert list(found.case.series["critic_loss"].values) == [2, 3]
    assert list(found.case.series["critic_loss"].rounds) == [100, 200]


def test_without_steps_rows_are_counted_and_gaps_stay_gaps(tmp_path):
    found = read_csv(log(tmp_path, "loss_D,fid\n1.0,\n2.0,30\n,\nnan,\n-inf,20\n"), {}, Setup())
    critic, score = found.case.series["critic_loss"], found.case.series["real_score"]
    assert list(critic.rounds) == [1, 2, 3, 4]
    assert math.isnan(critic.values[2])
    assert math.isnan(critic.values[3])
    assert (list(score.rounds), list(score.values)) == ([2, 4], [30, 20])


def test_a_restart_counts_and_steps_within_epochs_do_not(tmp_path):
    again = read_csv(log(tmp_path, "step,loss_D\n1,1\n2,2\n3,3\n2,20\n3,30\n"), {}, Setup())
    assert list(again.case.series["critic_loss"].values) == [1, 20, 30]
    inside = "iter,loss_D\n" + "".join(f"{n},{n}\n" for _ in range(3) for n in range(4))
    assert len(read_csv(log(tmp_path, inside), {}, Setup()).case.series["critic_loss"]) == 12


@pytest.mark.parametrize(
    ("text", "columns", "sentence"),
    [
        ("", {}, "is empty"),
        ("loss_D\n", {}, "is empty"),
        ("loss_D,b\n1,2\nx,3\n", {}, r"line 3 of .* has 'x' in the column loss_D, which is no number"),
        ("a,b\n1,2\n", {}, "no column of .* critic_loss=a. It has a, b."),
        ("a,b\n1,2\n", {"criticloss": "a"}, "Did you mean 'critic_loss'"),
        ("lossy,b\n1,2\n", {"critic_loss": "lossi"}, "no column 'lossi'. Did you mean 'lossy'"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path, text, columns, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_csv(log(tmp_path, text), columns, Setup())


def test_a_picture_is_no_log(tmp_path):
    (tmp_path / "log.csv").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(ValueError, match="no CSV"):
        read_csv(tmp_path / "log.csv", {}, Setup())


def test_event_files_have_signals_too(tmp_path):
    board = Board(tmp_path / "logs", 0)
    for step in range(1, 1200):  # more than the 1,000 that are kept by default
        board.numbers({"Loss/D": 1.0 / step, "Loss/G": float(step), "other": 3.0}, step)
    board.close()
    found = read_events(tmp_path, {}, SETUP)
    assert found.columns == {"critic_loss": "Loss/D", "generator_loss": "Loss/G"}
    series = found.case.series["generator_loss"]
    assert np.array_equal(series.values, np.arange(1, 1200))
    assert np.array_equal(series.images, np.arange(1, 1200) * 32)


def test_folders_without_or_with_several_event_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="neither a run nor"):
        read_events(tmp_path, {}, Setup())
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.out.tfevents.1").touch()
    with pytest.raises(ValueError, match="of 2 runs; name one"):
        read_events(tmp_path, {}, Setup())
