"""Comparing recipes, and a recipe with itself."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image
from tests.cli.run_cli import Cli

from sparring.play.guard import NonFiniteError
from sparring.run import compare_playing
from sparring.run.folder import RunFolder
from sparring.run.session import Outcome, Session

QUICK = ("watch.grids=2", "watch.grid=4", "watch.tensorboard=false", "train.batch=32")
RING = ("--set", "networks.generator.widths=[16,16]", "networks.critic.widths=[16,16]", *QUICK)
DIGITS = ("--data", "builtin:digits", "--size", 16, "--set", "networks.generator.width=8", "networks.critic.width=8")
SAME_DATA = ("data.labels=none", "data.flip=false")


def times(out: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in out.glob("*/last.safetensors")}


def test_recipes_side_by_side_and_again(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "c"
    asked = ("compare", "dcgan-toy", "resnet-hinge-toy", *DIGITS, *SAME_DATA, *QUICK, "--images", 64, "--seeds", 2)
    said = cli(*asked, "--out", out, "--json")
    assert said.status == 0, said.err
    assert said.json["finished"]
    assert {one["name"] for one in said.json["table"]} == {"dcgan-toy", "resnet-hinge-toy"}
    assert all(one["finished"] == 2 and one["spread"] > 0 for one in said.json["table"])
    assert {one["images"] for one in said.json["runs"]} == {64}
    names = {f"{name}-seed{seed}" for name in ("dcgan-toy", "resnet-hinge-toy") for seed in (0, 1)}
    assert {path.name for path in out.iterdir() if path.is_dir()} == names
    assert [RunFolder.open(out / f"dcgan-toy-seed{seed}").recipe.train.seed for seed in (0, 1)] == [0, 1]
    assert all((out / name / "report.html").is_file() for name in names)
    with Image.open(out / "compare.png") as picture:
        assert picture.width > 500
    text = (out / "compare.md").read_text()
    assert "every run is shown 64 images; seeds 0 to 1" in text
    assert "sparring compare dcgan-toy resnet-hinge-toy --data builtin:digits --size 16 --set" in text
    assert json.loads((out / "compare.json").read_text())["question"]["seeds"] == 2
    before = times(out)
    again = cli(*asked, "--out", out)
    assert again.status == 0
    assert again.err.count("done already") == 4
    assert times(out) == before
    assert again.out.count("| dcgan-toy") == 1
    assert "another question (seeds: 2, not 3)" in cli.mistake(*asked[:-1], 3, "--out", out)


def test_ablation_by_equal_time(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "c"
    said = cli("compare", "gan-toy", "--ablate", "all", "--budget", "0.2s", "--seeds", 2, "--out", out, "--json", *RING)
    assert said.status == 0, said.err
    rows = {one["name"]: one for one in said.json["table"]}
    assert set(rows) == {"whole", "without r1", "without ema"}
    assert set(rows["without r1"]["difference"]["seeds"]) == {"0", "1"}
    early = "".join(sentence for sentence in said.json["protocol"] if sentence.startswith("Ended before"))
    assert all(one["seconds"] >= 0.2 or one["run"] in early for one in said.json["runs"])
    assert RunFolder.open(out / "without-r1-seed1").recipe.rules.r1 == 0
    assert RunFolder.open(out / "whole-seed1").recipe.rules.r1 > 0
    with Image.open(out / "compare.png") as picture:
        assert picture.width > 3 * 300


def test_flips_are_held_to_the_same_images(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    original = compare_playing.score_last

    def noted(session: Session) -> None:
        assert session.watching is not None
        seen.append(session.watching.scoring.flip)
        original(session)

    monkeypatch.setattr(compare_playing, "score_last", noted)
    said = cli(
        "compare", "dcgan-toy", "--ablate", "flip", "--seeds", 1, "--images", 32, "--out", tmp_path / "c", *DIGITS,
        "data.flip=true", *QUICK,
    )  # fmt: skip
    assert said.status == 0, said.err
    assert seen == [True, True]
    assert not RunFolder.open(tmp_path / "c" / "without-flip-seed0").recipe.data.flip


def test_run_that_breaks_down_is_a_row(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Session.play

    def breaking(self: Session, deadline_seconds: float | None = None) -> Outcome:
        if "without-r1" in str(self.folder.path):
            raise NonFiniteError("the loss of the critic is not finite")
        return original(self, deadline_seconds)

    monkeypatch.setattr(Session, "play", breaking)
    asked = ("compare", "gan-toy", "--ablate", "r1", "--images", 64, "--seeds", 1, "--out", tmp_path / "c", *RING)
    said = cli(*asked)
    assert said.status == 0, said.err
    assert "broke down" in said.out.splitlines()[3]
    assert "seed 0: the loss of the critic is not finite" in (tmp_path / "c" / "compare.md").read_text()
    assert cli(*asked).err.count("done already") == 2


def test_ctrl_c_keeps_what_is_done(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("compare", "gan-toy", "--images", 640, "--seeds", 2, "--out", tmp_path / "c", *RING)

    class Stopping(compare_playing.Stopwatch):
        def __call__(self, session: Session) -> None:
            if session.recipe.train.seed == 1 and session.engine.clock.images == 320:
                os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(compare_playing, "Stopwatch", Stopping)
        said = cli(*asked)
    assert said.status == 130
    assert "Go on: sparring compare gan-toy --images 640 --seeds 2" in said.out
    assert "(of 1; 0 broke down, 1 not yet)" in said.out
    again = cli(*asked, "--json")
    assert again.status == 0
    assert [one["images"] for one in again.json["runs"]] == [640, 640]
    assert again.err.count("done already") == 1


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("", "say which recipes"),
        ("gan-toy", "say how long each run may train"),
        ("gan-toy --images 9 --budget 1m", "--images and --budget both say"),
        ("gan-toy --images 9 --seeds 0", "--seeds must be at least 1"),
        ("gan-toi --images 9", "Did you mean 'gan-toy'?"),
        ("gan-toy gan-toy --images 9", "gan-toy is named twice"),
        ("gan-toy dcgan-toy --images 9", "would see different data: spec builtin:ring and builtin:digits"),
        ("gan-toy dcgan-toy --images 9 --ablate ema", "name only one"),
        ("gan-toy --images 9 --ablate spectral_norm", "has no 'spectral_norm' switched on"),
        ("gan-toy --images 9 --ablate em", "Did you mean 'ema'? On are r1, ema."),
        ("gan-toy --images 9 --set rules.r3=1", "there is no setting 'rules.r3'"),
    ],
)
def test_refusals(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, part: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert part in cli.mistake("compare", *line.split())
    assert list(tmp_path.iterdir()) == []


def test_one_process_compares(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert "in one process" in cli.mistake("compare", "gan-toy", "--images", 9)
