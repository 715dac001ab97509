"""`sparring evaluate` from the outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.run_cli import Cli

from sparring.metrics.score import from_json


def folder(path: Path, level: int, count: int = 12, size: int = 16) -> Path:
    """Noise around a level of brightness."""
    path.mkdir()
    dice = np.random.default_rng(level)
    for number in range(count):
        pixels = dice.integers(level - 20, level + 20, (size, size, 3), np.uint8)
        Image.fromarray(pixels).save(path / f"{number:03d}.png")
    return path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return folder(tmp_path / "ours", 60), folder(tmp_path / "theirs", 90)


def test_two_folders_as_a_table_and_as_json(cli: Cli, folders: tuple[Path, Path], tmp_path: Path) -> None:
    line = ("evaluate", folders[0], "--against", folders[1], "--features", "pixels", "--metrics", "fid")
    said = cli(*line)
    assert said.status == 0, said
    assert "Scored:    12 images of ours/" in said.out
    assert "fd-pixels" in said.out
    scores = [from_json(one) for one in cli(*line, "--json").json]
    assert scores[0].protocol.features == "pixels"
    before = tmp_path / "before.json"
    before.write_text(json.dumps([score.as_json() for score in scores]))
    assert "equal" in cli(*line, "--compare-with", before).out
    refused = cli(*line, "--compare-with", before, "--samples", "5")
    assert refused.status == 2
    assert "fd-pixels" in refused.out  # what was measured is not lost
    assert "cannot be compared: " in refused.err
    assert "fake: 12 against 5" in refused.err


def test_what_can_be_measured_is_shown_when_something_asked_for_cannot(cli: Cli, folders: tuple[Path, Path]) -> None:
    line = (
        "evaluate",
        folders[0],
        "--against",
        folders[1],
        "--features",
        "pixels",
        "--metrics",
        "fid,birthday",
        "--json",
    )
    said = cli(*line)
    assert said.status == 2
    assert [one["name"] for one in said.json] == ["fd-pixels"]
    assert "birthday was left out: " in said.err


def test_metrics_are_listed(cli: Cli) -> None:
    said = cli("evaluate", "--metrics", "list")
    assert said.status == 0
    assert {"fid", "kid", "modes", "edges", "faces"} <= {line.split()[0] for line in said.out.splitlines()}
    assert {"name", "about", "needs"} == set(cli("evaluate", "--metrics", "list", "--json").json[0])


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("", "say what to measure"),
        ("x --samples 1", "--samples must be at least 2, and is 1"),
        ("x --channels 2", "--channels is 1 (gray) or 3 (RGB), not 2"),
        ("x --size 0", "--size must be at least 1"),
        ("x --truncation 2", "--truncation lies between 0 and 1"),
        ("x --page page.png", "--page is an HTML file, such as page.html, and not page.png"),
        ("x --weights nowhere.pth", "there is no file nowhere.pth"),
        ("x --compare-with nowhere.json", "there is no file nowhere.json"),
        ("x", "say with which real images x is to be compared: --against FOLDER"),
        ("x --against y --metrics fdi", "there is no metric 'fdi'. Did you mean 'fid'?"),
        ("x --against y", "There is no folder x"),
    ],
)
def test_one_sentence(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, part: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert part in cli.mistake("evaluate", *line.split())


def test_sets_that_cannot_be_compared(cli: Cli, folders: tuple[Path, Path], tmp_path: Path) -> None:
    ours, theirs = folders
    (tmp_path / "empty").mkdir()
    small, one = folder(tmp_path / "small", 60, size=8), folder(tmp_path / "one", 60, count=1)
    for part, subject in {"is empty": "empty", "of 8 x 8": small, "a single image": one}.items():
        assert part in cli.mistake("evaluate", tmp_path / subject, "--against", theirs)
    Image.new("RGB", (20, 16)).save(ours / "wide.png")
    assert "2 different sizes" in cli.mistake("evaluate", ours, "--against", theirs)
    Image.new("L", (16, 16)).save(theirs / "gray.png")
    assert "gray" in cli.mistake("evaluate", small, "--against", theirs)


def test_a_page_of_translations(cli: Cli, folders: tuple[Path, Path], tmp_path: Path) -> None:
    ours, theirs = folders
    line = ("evaluate", ours, "--against", theirs, "--source", theirs, "--features", "pixels", "--metrics")
    said = cli(*line, "likeness,edges", "--page", tmp_path / "page.html")
    assert said.status == 0, said
    assert "Made of:   12 images of theirs/, in pairs" in said.out
    assert (tmp_path / "page.html").read_text().count("<article") == 12
    assert "faces was left out: " in cli(*line, "edges,faces").err
    alone = folder(tmp_path / "alone", 30, count=5)
    said = cli("evaluate", alone, "--against", theirs, "--features", "pixels", "--page", tmp_path / "no.html")
    assert said.status == 2
    assert "say --source FOLDER" in said.err
    assert "fd-pixels" in said.out
    assert not (tmp_path / "no.html").exists()


def test_people_are_asked_and_counted(cli: Cli, tmp_path: Path) -> None:
    ours, theirs = folder(tmp_path / "ours", 60, 20), folder(tmp_path / "theirs", 90, 40)
    study = tmp_path / "study"
    assert "there is no study in" in cli.mistake("evaluate", "--human", study)
    said = cli("evaluate", ours, "--against", theirs, "--human", study)
    assert said.status == 0
    assert "raters must not see it" in said.out
    assert "there are no answers in" in cli.mistake("evaluate", "--human", study)
    key = json.loads((study / "key.json").read_text())
    page = (study / "page.html").read_text()
    listed = json.loads(re.search(r'"pairs": (\[\[.*?\]\])', page)[1])
    for rater in range(2):
        answers = []
        for left, right in listed:
            real, wrong = (left, right) if key["what"][left] == "real" else (right, left)
            fooled = rater == 0 and key["what"][wrong] == "fake"
            chosen = wrong if fooled else real
            answers.append({"left": left, "right": right, "chosen": chosen, "seconds": 1.0})
        sheet = {"format": key["format"], "study": key["study"], "rater": f"r{rater}", "name": "", "exposure_ms": 0}
        (study / f"{rater}.json").write_text(json.dumps({**sheet, "pixel_ratio": 1.0, "answers": answers}))
    score = from_json(cli("evaluate", "--human", study, "--json").json[0])
    assert score.name == "deception-rate"
    assert score.value == 0.5
    assert "2 raters' answers" in cli("evaluate", "--human", study).out
    assert "holds something else" in cli.mistake("evaluate", ours, "--against", theirs, "--human", ours)


def test_strips_are_drawn(cli: Cli, folders: tuple[Path, Path], tmp_path: Path) -> None:
    line = ("evaluate", folders[0], "--against", folders[1], "--features", "pixels", "--metrics", "fid")
    assert cli(*line, "--strips", tmp_path / "strips.png").status == 0
    with Image.open(tmp_path / "strips.png") as picture:
        assert picture.width > 400
    refusal = cli.mistake("evaluate", tmp_path / "missing", "--against", folders[1], "--strips", "strips.xyz")
    assert "strips.xyz does not end like a picture" in refusal  # before anything is looked at


@pytest.mark.slow
def test_two_processes_give_the_same_scores(cli: Cli, folders: tuple[Path, Path]) -> None:
    line = ["evaluate", str(folders[0]), "--against", str(folders[1]), "--features", "pixels", "--metrics", "fid,kid"]
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "sparring"]
    done = subprocess.run([*launch, *line, "--json"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == cli(*line, "--json").json
