"""Runs in processes of their own: killed at any moment, and shared by several under torchrun."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.run.small import assert_equal, data, recipe

from sparring.run.handles import load
from sparring.run.journal import read
from sparring.run.session import Session

ROOT = Path(__file__).resolve().parents[2]


def python(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A program of the tests, from the root of the repository."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", str(ROOT / "src"))])
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def torchrun(*arguments: object) -> None:
    launch = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=3", "--monitor-interval=0.1")
    done = python("-m", *launch, "-m", "tests.run.small", *arguments)
    assert done.returncode == 0, done.stderr[-3000:]


def rounds(out: Path) -> list[dict[str, object]]:
    return [line for line in read(out / "journal.jsonl") if line["kind"] == "round"]


def measured(out: Path) -> list[tuple[object, object]]:
    return [(line["images"], line["readings"]) for line in rounds(out)]


@pytest.mark.slow
def test_twenty_kills_at_random_moments_change_nothing(tmp_path: Path) -> None:
    done = python("-m", "tests.run.killed", tmp_path, 20)
    assert done.returncode == 0, done.stderr[-3000:]
    events = 0
    for killed in sorted(tmp_path.glob("killed-*")):
        assert_equal(tmp_path / "whole", killed)
        assert measured(tmp_path / "whole") == measured(killed)
        for folder in ("samples", "kept"):
            names = sorted(p.name for p in (tmp_path / "whole" / folder).iterdir())
            assert names == sorted(p.name for p in (killed / folder).iterdir())
        assert not list(killed.glob("**/*.unfinished"))
        assert bool((load(tmp_path / "whole").sample(8) == load(killed).sample(8)).all())
        events += sum(line["kind"] == "event" for line in read(killed / "journal.jsonl"))
    assert events >= 5, "hardly any kill came between two checkpoints"


@pytest.mark.slow
def test_two_processes_train_as_one_and_write_once(tmp_path: Path) -> None:
    torchrun(tmp_path / "two", 10)
    with data(), Session.start(recipe(10, dcgan=True), tmp_path / "one") as session:
        session.play()
    assert_equal(tmp_path / "one", tmp_path / "two", tolerance=1e-4)
    ones, twos = rounds(tmp_path / "one"), rounds(tmp_path / "two")
    assert [line["images"] for line in ones] == [line["images"] for line in twos]
    for one, two in zip(ones, twos, strict=True):
        assert one["readings"] == {
            turn: pytest.approx(means, rel=1e-3, abs=1e-4) for turn, means in two["readings"].items()
        }
    assert sorted(p.name for p in (tmp_path / "two").iterdir()) == sorted(p.name for p in (tmp_path / "one").iterdir())


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_nothing_changes(tmp_path: Path) -> None:
    torchrun(tmp_path / "calm", 24)
    torchrun(tmp_path / "shot", 24, 15)
    assert_equal(tmp_path / "calm", tmp_path / "shot")
    events = [line for line in read(tmp_path / "shot" / "journal.jsonl") if line["kind"] == "event"]
    assert [line["sentence"] for line in events] == ["goes on from its last checkpoint"]
    assert 0 < events[0]["images"] <= 15 * 8
    assert [line["images"] for line in rounds(tmp_path / "shot")] == [line["images"] for line in rounds(tmp_path / "calm")]
