"""From data to a report and samples, and on again after a stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.run_cli import TINY, Cli

from sparring.cli import going


@pytest.fixture
def run(cli: Cli, tmp_path: Path) -> Path:
    """A finished run on digits with their labels."""
    path = tmp_path / "run"
    said = cli(
        "train", "dcgan", "--data", "builtin:digits", "--size", 16, "--images", 128, "--batch", 32, "--out", path, *TINY
    )
    assert said.status == 0, said.err
    return path


def test_train_tells_its_plan_and_writes_a_report(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "run"
    said = cli("train", "dcgan-toy", "--images", 128, "--out", path, "--seed", 7, "--json", *TINY)
    assert said.status == 0, said.err
    result = said.json
    assert result["reason"] == "finished"
    assert result["images"] == 128
    assert Path(result["report"]) == path / "report.html"
    assert Path(result["report"]).is_file()
    assert Path(result["weights"]).is_file()
    for part in ("builtin:digits: 1,7", "dcgan-generator", "nonsaturating", "images/s", "seed 7", "128 of 128 images"):
        assert part in said.err
    assert "img" in (path / "report.html").read_text()
    assert (path / "data.png").is_file()


def test_train_warns_of_what_is_known_to_go_wrong(cli: Cli, tmp_path: Path) -> None:
    few = ("--set", "watch.grids=2", "watch.grid=4")
    sick = (*few, "optims.critic.beta1=0.95", "average.half_life_images=0")
    said = cli("train", "gan-toy", "--images", 512, "--out", tmp_path / "run", *sick)
    assert said.status == 0, said.err
    assert "Warning: A momentum of 0.95" in said.err
    assert "No averaged copy" not in said.err  # worth knowing, and no warning
    assert "Warning" not in cli("train", "gan-toy", "--images", 512, "--out", tmp_path / "well", *few).err


def test_sample_makes_grids_and_folders(cli: Cli, run: Path, tmp_path: Path) -> None:
    said = cli("sample", run, "-n", 9, "--out", tmp_path / "grid.png", "--json")
    assert said.json["samples"] == 9
    with Image.open(tmp_path / "grid.png") as picture:
        assert picture.mode == "L"
    first = (tmp_path / "grid.png").read_bytes()
    cli("sample", run, "-n", 9, "--out", tmp_path / "other.png", "--seed", 3)
    assert (tmp_path / "other.png").read_bytes() != first
    cli("sample", run, "-n", 9, "--out", tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == first
    said = cli("sample", run / "last.safetensors", "-n", 70, "--out", f"{tmp_path}/many/", "--label", 3)
    assert said.status == 0, said.err
    names = sorted(path.name for path in (tmp_path / "many").iterdir())
    assert (len(names), names[0], names[-1]) == (70, "000000.png", "000069.png")
    with Image.open(tmp_path / "many" / "000000.png") as picture:
        assert picture.size == (16, 16)


def test_sample_refuses_what_is_not_there(cli: Cli, run: Path, tmp_path: Path) -> None:
    assert "no label 'cat'" in cli.mistake("sample", run, "--out", tmp_path / "x.png", "--label", "cat")
    assert "truncation lies between" in cli.mistake("sample", run, "--out", tmp_path / "x.png", "--truncation", 2)
    assert "no picture that can be written" in cli.mistake("sample", run, "--out", tmp_path / "x.docx")
    assert "already exists" in cli.mistake("sample", run, "--out", run)
    assert not (tmp_path / "x.png").exists()


def test_report_is_made_again(cli: Cli, run: Path) -> None:
    (run / "report.html").unlink()
    assert cli("report", run, "--json").json["report"] == str(run / "report.html")
    assert (run / "report.html").is_file()


def test_finished_run_has_nothing_left_to_do(cli: Cli, run: Path) -> None:
    said = cli("resume", run, "--json")
    assert said.status == 0, said.err
    assert said.json["images"] == 128


def test_stopped_run_says_how_to_go_on_and_does(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, calls = tmp_path / "my run", []
    original = going.Progress.__call__

    def pressed(self: going.Progress, *given: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        original(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(going.Progress, "__call__", pressed)
    said = cli("train", "dcgan-toy", "--images", 640, "--out", path, *TINY)
    assert said.status == 130
    assert f"sparring resume '{path}'" in said.out
    assert (path / "report.html").is_file()
    said = cli("resume", path, "--json")
    assert (said.status, said.json["reason"], said.json["images"]) == (0, "finished", 640)
    assert "goes on after 128 of 640 images" in said.err


def test_own_folder_gets_a_recipe_and_a_reason(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("cats", "dogs"):
        (tmp_path / "photos" / kind).mkdir(parents=True)
        for number in range(12):
            image = Image.effect_noise((40, 50), 60 + number).convert("RGB")
            image.save(tmp_path / "photos" / kind / f"{number}.jpg")
    monkeypatch.chdir(tmp_path)
    said = cli("train", "--data", "photos", "--images", 16, "--batch", 8, "--json", *TINY)
    assert said.status == 0, said.err
    assert said.json["run"] == "runs/dcgan-r1-photos-001"
    assert "Recipe: dcgan-r1, because" in said.err
    assert "32 pixels in 2 classes" in said.err
    assert "2 classes: cats, dogs" in said.err
    assert "are few" in said.err
    said = cli("train", "--data", "photos", "--images", 16, "--batch", 8, "--json", *TINY)
    assert said.json["run"] == "runs/dcgan-r1-photos-002"


def test_points_need_no_recipe(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "run"
    said = cli("train", "--data", "builtin:ring", "--images", 512, "--out", path, "--json")
    assert said.status == 0, said.err
    assert "Recipe: gan, because points" in said.err
    assert "classes" not in said.err
    said = cli("sample", path, "-n", 10, "--out", tmp_path / "points")
    assert said.status == 0, said.err
    assert len((tmp_path / "points" / "points.csv").read_text().splitlines()) == 10


def test_budget_ends_in_time_and_says_what_it_chose(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "run"
    said = cli("train", "--data", "builtin:digits", "--budget", "15s", "--out", path, "--json")
    assert said.status == 0, said.err
    assert said.json["reason"] in ("finished", "deadline")
    assert said.json["seconds"] < 15
    assert "Budget: dcgan-r1 at 16 pixels" in said.err
    assert "images/s measured here" in said.err


def test_digits_are_not_mirrored_unless_asked(cli: Cli, tmp_path: Path) -> None:
    arguments = ("train", "dcgan", "--data", "builtin:digits", "--size", 16, "--images", 16, "--batch", 16)
    assert "shown mirrored" not in cli(*arguments, "--out", tmp_path / "a", *TINY).err
    assert "shown mirrored" in cli(*arguments, "--out", tmp_path / "b", *TINY, "data.flip=true").err


def test_interrupting_the_program_for_real(tmp_path: Path) -> None:
    path = tmp_path / "run"
    arguments = ["train", "dcgan-toy", "--images", "2000000", "--out", str(path), "--set", "watch.grids=2"]
    command = [sys.executable, "-m", "sparring", *arguments]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    journal = path / "journal.jsonl"
    while program.poll() is None and not (journal.exists() and '"round"' in journal.read_text()):
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 130, err
    assert f"sparring resume {path}" in out
    assert "Traceback" not in err
    assert (path / "report.html").is_file()


def test_second_ctrl_c_ends_at_once(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed_twice(self: going.Session, seconds: float | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(going.Session, "play", pressed_twice)
    said = cli("train", "dcgan-toy", "--images", 64, "--out", tmp_path / "run", *TINY)
    assert (said.status, said.out) == (130, "")
    assert f"Go on from what was saved last: sparring resume {tmp_path / 'run'}" in said.err


def test_numbers_that_break_down_end_with_a_remedy_and_a_report(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "run"
    explode = (
        "optims.generator.name=sgd",
        "optims.generator.lr=1e30",
        "optims.critic.name=sgd",
        "optims.critic.lr=1e30",
    )
    said = cli("train", "dcgan-toy", "--images", 6400, "--out", path, *TINY, *explode)
    assert said.status == 2
    assert "train.on_nonfinite=skip" in said.err
    assert "Traceback" not in said.err
    assert (path / "report.html").is_file()


@pytest.mark.slow
def test_two_processes_speak_with_one_voice(tmp_path: Path) -> None:
    path = tmp_path / "run"
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = [*launch, "-m", "sparring", "train", "dcgan-toy", "--images", "512", "--out", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["images"] == 512
    assert done.stderr.count("nonsaturating loss") == 1
    assert (path / "report.html").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gan-toy", "dcgan-toy"])
def test_toys_take_less_than_a_minute_of_one_core(cli: Cli, tmp_path: Path, name: str) -> None:
    start = time.process_time()
    said = cli("train", name, "--out", tmp_path / "run", "--json")
    assert said.status == 0, said.err
    assert time.process_time() - start < 60
