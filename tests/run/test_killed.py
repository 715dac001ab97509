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
    options = ("--standalone", "--nproc-per-node=2", "--max-restarts=3", "--monitor-interval=0.1")
    done = python("-m", "torch.distributed.run", *options, "-m", "tests.run.small", *arguments)
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
        one, other = (load(run / "last.safetensors").sample(8) for run in (tmp_path / "whole", killed))
        assert bool((one == other).all())
        events += sum(line["kind"] == "event" for line in read(killed / "journal.jsonl"))
    assert events >= 5, "hardly any kill came between two checkpoints"


ROUNDS = 12


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that two processes played together without trouble."""
    out = tmp_path_factory.mktemp("shared") / "two"
    torchrun(out, ROUNDS)
    return out


@pytest.mark.slow
def test_two_processes_train_as_one_and_write_once(shared: Path, tmp_path: Path) -> None:
    with data(), Session.start(recipe(ROUNDS, dcgan=True), tmp_path / "one") as session:
        session.play()
    assert_equal(tmp_path / "one", shared, tolerance=1e-4)
    ones, twos = rounds(tmp_path / "one"), rounds(shared)
    assert [line["images"] for line in ones] == [line["images"] for line in twos]
    for one, two in zip(ones, twos, strict=True):
        for turn, means in two["readings"].items():
            assert one["readings"][turn] == pytest.approx(means, rel=1e-3, abs=1e-4)
    assert sorted(p.name for p in shared.iterdir()) == sorted(p.name for p in (tmp_path / "one").iterdir())


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_nothing_changes(shared: Path, tmp_path: Path) -> None:
    torchrun(tmp_path / "shot", ROUNDS, 9)
    assert_equal(shared, tmp_path / "shot")
    assert measured(shared) == measured(tmp_path / "shot")
    events = [line for line in read(tmp_path / "shot" / "journal.jsonl") if line["kind"] == "event"]
    assert [line["sentence"] for line in events] == ["goes on from its last checkpoint"]
    assert 0 < events[0]["images"] <= 9 * 8
