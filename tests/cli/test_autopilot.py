"""`sparring train --autopilot`, with somebody who raises alarms instead of the doctor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.run_cli import Cli
from tests.doctor.pilots import BATCH, ROUNDS, SLOWER, SMOOTHER, Alarmist, alarm, quick

from sparring.cli import crew
from sparring.doctor.findings import Finding
from sparring.recipes import Recipe
from sparring.run.folder import RunFolder

WITHOUT_R1 = ("--set", "rules.r1=0", "watch.tensorboard=false", "watch.grids=2", "watch.grid=4")


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    def holds(images: int, recipe: Recipe) -> Finding | None:
        return alarm("trouble", SMOOTHER) if images >= 30 * BATCH and not recipe.rules.r1 else None

    monkeypatch.setattr(crew, "Attending", lambda hear, share: Alarmist(holds))


def train(cli: Cli, out: Path, *more: object):
    size = ("--images", BATCH * ROUNDS, "--batch", BATCH, "--out", out)
    return cli("train", "gan-toy", *size, *more)


def test_a_failing_run_is_mended_and_the_report_tells_how(cli: Cli, tmp_path: Path) -> None:
    said = train(cli, tmp_path / "run", "--autopilot", "--json", *WITHOUT_R1)
    assert said.status == 0, said.err
    assert said.json["reason"] == "finished"
    folder = RunFolder(tmp_path / "run")
    assert folder.recipe.rules.r1 == 0.5
    report = folder.report.read_text()
    assert "Autopilot" in report
    assert "--set rules.r1=0.5" in report
    assert "The run is taken back" in said.err


def test_a_run_without_a_remedy_ends_with_a_report_and_status_2(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "Attending", lambda hear, share: Alarmist(lambda images, recipe: alarm("x", SLOWER)))
    said = train(cli, tmp_path / "run", "--autopilot")
    assert said.status == 2
    assert "no remedy left" in said.out
    assert "gives up" in said.err
    assert "gives up" in RunFolder(tmp_path / "run").report.read_text()


def test_an_autopilot_needs_a_doctor_and_one_process(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = train(cli, tmp_path / "run", "--autopilot", "--set", "watch.doctor=false")
    assert said.status == 2
    assert "watch.doctor=true" in said.err
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    said = train(cli, tmp_path / "run", "--autopilot")
    assert said.status == 2
    assert "one process" in said.err
    assert not (tmp_path / "run").exists()


def test_faulty_data_is_refused_before_anything_is_written(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = replace(alarm(crew.DATA[0].id), sentence="All images are one and the same.")
    monkeypatch.setattr(crew, "lint", lambda *_: [faulty])
    said = train(cli, tmp_path / "run", "--autopilot")
    assert said.status == 2
    assert "the autopilot cannot mend data: All images are one and the same." in said.err
    assert not (tmp_path / "run").exists()
