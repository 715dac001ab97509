from __future__ import annotations

from pathlib import Path

import pytest
from tests.run.small import recipe

from sparring.run.atomic import UNFINISHED
from sparring.run.folder import RunFolder


def test_a_run_keeps_its_recipe(tmp_path: Path) -> None:
    made = RunFolder.create(tmp_path / "deep" / "run", recipe())
    found = RunFolder.open(made.path)
    assert found.recipe == recipe()
    assert found.sample(120_000).name == "000120000.png"


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "run"
    RunFolder.create(path, recipe(rounds=5))
    (tmp_path / "run-2").mkdir()
    with pytest.raises(ValueError, match=r"already holds a run: `sparring resume .*run` goes on .* e\.g\. .*run-3"):
        RunFolder.create(path, recipe(rounds=6))
    assert RunFolder.open(path).recipe == recipe(rounds=5)


def test_other_peoples_folders_and_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(ValueError, match="is not empty"):
        RunFolder.create(tmp_path, recipe())
    with pytest.raises(ValueError, match="is a file"):
        RunFolder.create(tmp_path / "photo.jpg", recipe())
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_what_a_killed_start_left_is_no_run(tmp_path: Path) -> None:
    (tmp_path / f".recipe.json.00{UNFINISHED}").touch()
    RunFolder.create(tmp_path, recipe())


def test_only_runs_are_opened(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no run at .*nowhere"):
        RunFolder.open(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"is no run: it has no recipe\.json"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize("text", ["", "[1]", '{"name": 1}', "\xff"])
def test_a_damaged_recipe_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"recipe\.json is not a recipe"):
        _ = RunFolder.open(tmp_path).recipe


def test_two_processes_cannot_train_one_run(tmp_path: Path) -> None:
    one, other = RunFolder.create(tmp_path / "run", recipe()), RunFolder.open(tmp_path / "run")
    one.claim()
    with pytest.raises(ValueError, match="another process is training"):
        other.claim()
    one.let_go()
    other.claim()
    other.let_go()


def test_the_future_is_forgotten(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", recipe())
    for folder in (run.samples, run.kept_bundles):
        folder.mkdir()
    for images in (0, 100, 101):
        run.sample(images).touch()
        run.kept(images).touch()
    run.forget_after(100)
    assert sorted(p.name for p in run.samples.iterdir()) == ["000000000.png", "000000100.png"]
    assert sorted(p.name for p in run.kept_bundles.iterdir()) == ["000000000.safetensors", "000000100.safetensors"]
