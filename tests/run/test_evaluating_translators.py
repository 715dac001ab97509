"""Translators and folders of translations, measured beside their sources and right answers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.data.pictures import write_images
from tests.games.small import recipe_of
from tests.run.test_evaluating import quiet

from sparring.data.settings import DataSettings
from sparring.games.paired import PairedSettings
from sparring.metrics.suite import METRICS, Metric
from sparring.play.rules import Rules
from sparring.recipes.recipe import TrainSettings, WatchSettings
from sparring.run.evaluating import Evaluation, evaluate
from sparring.run.evaluating_table import table
from sparring.run.journal import read
from sparring.run.score_lines import whole_scores
from sparring.run.session import Session
from sparring.run.sides import Task

NAMES = [f"{'xy'[number % 2]}/{number:02}.png" for number in range(48)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos, drawings of the same names, and runs that learned a little from both."""
    where = tmp_path_factory.mktemp("translators")
    write_images(where / "photos", NAMES)
    write_images(where / "drawings", NAMES, seed=1)
    return where


def run_of(place: Path, case: str, source: str = "", *, paired: bool = False, labels: str = "none") -> Path:
    """A run of one round; 40% of its data is held out."""
    path = place / f"{case}-{paired}-{Path(source).name or 'own'}"
    if path.exists():
        return path
    data = DataSettings(
        str(place / "drawings"), source, paired=paired, size=16, labels=labels, validation=0.4, flip=False
    )
    game = {"game": PairedSettings(source_channels=1)} if case == "paired" else {}
    made = recipe_of(case, "", Rules("least_squares"), **game)
    train = TrainSettings(images=4 * made.game.batches, batch=4, device="cpu", precision="fp32")
    watch = WatchSettings(grids=0, grid=2, tensorboard=False)
    with Session.start(replace(made, data=data, train=train, watch=watch), path) as session:
        session.play()
    return path


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def measured(subject: Path, *metrics: str, **more: str | int) -> Evaluation:
    return evaluate(Task(str(subject), features="pixels", metrics=metrics, **more), quiet)


def test_two_ways_without_pairs(place: Path) -> None:
    run = run_of(place, "cycle", str(place / "photos"))
    found = measured(run)
    names = [score.name for score in found.scores]
    assert {"fd-pixels", "kd-pixels", "cycle-l1", "cycle-ssim", "edges", "edges-others"} <= set(names)
    assert not {"l1", "psnr", "authpct", "verdict"} & set(names)
    assert "translations of cycle, " in found.fake
    assert found.sources.endswith("images of photos/")
    assert found.real.endswith("images of drawings/")
    assert f"Made of:   {found.sources}" in table(found, {})
    sets = found.sets
    assert sets is not None
    assert sets.beside.source is not None
    assert sets.beside.returned is not None
    assert sets.beside.target is None
    sources = {score.protocol.sources for score in found.scores}
    assert len(sources) == 1
    assert sources != {""}
    [line] = whole_scores(read(run / "scores.jsonl"), "evaluate")
    assert line.scores == found.scores
    again = measured(run, "edges", samples=5)
    assert again.scores[0].protocol.differences(found.scores[names.index("edges")].protocol)
    with pytest.raises(ValueError, match="likeness needs pairs: for each image one of the same name"):
        measured(run, "likeness")


def test_held_out_sources_meet_their_own_answers(place: Path) -> None:
    found = measured(run_of(place, "paired", "gray", paired=True), "likeness", "edges")
    assert [score.name for score in found.scores][:3] == ["l1", "psnr", "ssim"]
    sets = found.sets
    assert sets is not None
    source, target = sets.beside.source, sets.beside.target
    assert source is not None
    assert target is not None
    luma = (target.double() * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    assert (source.double() - luma).abs().max() <= 1
    assert found.held_out.split()[0] == str(len(target))
    assert "training saw" not in found.sources
    assert found.sources.endswith(", in pairs")
    with pytest.raises(ValueError, match="cycle needs a translator that keeps the way back"):
        measured(run_of(place, "paired", "gray", paired=True), "cycle")


def test_pairs_of_two_folders_stay_pairs(place: Path) -> None:
    run, both = run_of(place, "onesided", str(place / "photos")), ("likeness", "edges")
    ways = [("photos", "drawings"), ("drawings", "photos")]
    found = [measured(run, *both, against=str(place / a), source=str(place / b), samples=20) for a, b in ways]
    there, back = (one.sets.beside for one in found if one.sets)
    assert there.source is not None
    assert back.target is not None
    # Packs are in the order of names, so what is a source one way is the right answer the other way.
    assert torch.equal(there.source, back.target)
    assert found[0].sources == "20 images of drawings/, in pairs"


def test_domains_are_their_own_way_back(place: Path) -> None:
    found = measured(run_of(place, "domains", labels="folders"), "cycle", "edges", "kid-per-class")
    assert {"cycle-l1", "edges", "kd-pixels-per-class"} <= {score.name for score in found.scores}


def test_a_bundle_says_what_is_missing(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "mine.safetensors"
    shutil.copy(run_of(place, "cycle", str(place / "photos")) / "last.safetensors", bundle)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"images of drawings that .* are not here; say --against FOLDER"):
        measured(bundle)
    with pytest.raises(ValueError, match=r"sources in photos that .* are not here; say --source FOLDER"):
        measured(bundle, against=str(place / "drawings"))
    found = measured(bundle, "edges", against=str(place / "drawings"), source=str(place / "photos"))
    assert found.sources == "48 images of photos/, in pairs"
    with pytest.raises(ValueError, match="leave out --size"):
        measured(bundle, size=32)


def test_folders_of_equal_names_are_pairs(place: Path, tmp_path: Path) -> None:
    photos, drawings = place / "photos", place / "drawings"
    found = measured(photos, "likeness", "edges", against=str(drawings), source=str(photos))
    scores = {score.name: score for score in found.scores}
    assert scores["edges"].value == pytest.approx(1.0)
    assert scores["edges-others"].value < 0.3
    assert len(scores["psnr"].each) == 48
    write_images(tmp_path / "others", [f"{number}.png" for number in range(6)])
    with pytest.raises(ValueError, match="likeness needs pairs"):
        measured(photos, "likeness", against=str(tmp_path / "others"))
    with pytest.raises(ValueError, match="was not made of others/: the names of their images differ"):
        measured(photos, against=str(drawings), source=str(tmp_path / "others"))


def test_a_catalogue_may_hold_more(place: Path) -> None:
    def spy(sets):
        return METRICS["edges"].measure(sets)

    more = METRICS | {"faces": Metric("faces", "whose they are", spy, frozenset({"source"}))}
    run = run_of(place, "cycle", str(place / "photos"))
    found = evaluate(Task(str(run), features="pixels"), quiet, more)
    assert [score.name for score in found.scores].count("edges") == 2
