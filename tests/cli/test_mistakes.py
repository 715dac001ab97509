"""Every mistake: one clear sentence, status 2, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from tests.cli.run_cli import TINY, Cli


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("trian", "there is no verb 'trian'. Did you mean 'train'?"),
        ("train --dat x", "there is no option --dat. Did you mean --data?"),
        ("train --images foo --data x", "--images takes a whole number, not 'foo'"),
        ("train --data", "--data needs a value"),
        ("train a b", "there is no option b"),
        ("train", "say what to train on: --data FOLDER"),
        ("train dcgan", "say what to train on: --data FOLDER"),
        ("train dcgam --data builtin:digits", "there is no recipe 'dcgam'. Did you mean 'dcgan'?"),
        ("train builtin:digits", "write --data builtin:digits"),
        ("train dcgan-toy --images 10 --budget 1m", "--images and --budget both say how long"),
        ("train dcgan-toy --budget soon", "--budget is a time like"),
        ("train dcgan-toy --images 0", "--images must be at least 1, and is 0"),
        ("train dcgan-toy --batch -3", "--batch must be at least 1, and is -3"),
        ("train dcgan-toy --device gpu", "there is no device 'gpu'; use auto, cpu, cuda or mps"),
        ("train dcgan-toy --precision fp8", "precision"),
        ("train dcgan-toy --set train.bach=3", "there is no setting 'train.bach'. Did you mean 'train.batch'?"),
        ("train dcgan-toy --set train.batch=many", "train.batch"),
        ("train dcgan-toy --set nonsense", "a setting is written path=value"),
        ("train --data builtin:digit", "Did you mean 'digits'?"),
        ("train --data no/such/folder", "There is no folder no/such/folder"),
        ("train dcgan-dense --data builtin:digits --size 128", "works on square images"),
        ("resume", "say which run"),
        ("resume nowhere", "there is no run at nowhere"),
        ("report", "say which run"),
        ("report nowhere", "there is no run at nowhere"),
        ("sample", "say of which run or bundle"),
        ("sample nowhere", "say where to put the samples"),
        ("sample nowhere --out x.png", "nowhere"),
        ("sample nowhere --out x.png -n 0", "-n must be at least 1"),
        ("recipes dcgam", "Did you mean 'dcgan'?"),
        ("data lst", "Did you mean 'list'?"),
        ("data inspect", "say which data"),
        ("data pack no/such", "There is no folder no/such"),
    ],
)
def test_sentence(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, part: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert part in cli.mistake(*line.split())
    assert list(tmp_path.iterdir()) == []


def test_empty_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    assert "is empty" in cli.mistake("train", "--data", tmp_path / "photos", "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_folder_without_images(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    assert "There are no images" in cli.mistake("train", "--data", tmp_path)


def test_folder_given_as_recipe(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "write --data photos" in cli.mistake("train", "photos")


def test_run_is_never_overwritten(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    said = cli.mistake("train", "dcgan-toy", "--out", tmp_path)
    assert "is not empty; a run needs a folder of its own" in said
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_too_many_broken_images(cli: Cli, tmp_path: Path) -> None:
    for number in range(20):
        Image.new("RGB", (32, 32), (number, 0, 0)).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    assert "broken.png" in cli.mistake("train", "--data", tmp_path, "--size", "16", *TINY)


def test_several_processes_need_a_name_for_the_run(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert "say --out" in cli.mistake("train", "dcgan-toy")
