"""Runs, bundles, folders and points, opened, made comparable and measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.run.small import Blobs, recipe
from tests.run.test_scoring import handle

from sparring.data.settings import DataSettings
from sparring.metrics.score import Protocol, Score
from sparring.metrics.sets import Sets
from sparring.metrics.suite import METRICS, Metric
from sparring.run import choosing_metrics
from sparring.run.choosing_metrics import PER_CLASS, fitting
from sparring.run.evaluating import Evaluation, evaluate
from sparring.run.evaluating_table import earlier, table
from sparring.run.handles import load
from sparring.run.journal import read
from sparring.run.opposing import FEWEST, Task, sides_of
from sparring.run.score_lines import whole_scores
from sparring.run.score_words import by_text
from sparring.run.session import Session
from sparring.run.subjects import FirstOf, Samples, as_read


def quiet(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what


def nothing(done: int, total: int) -> None:
    assert done <= total


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Sets]:
    """Sets that the metric `spy` was shown; it scores how far the means are apart."""
    shown: list[Sets] = []

    def spy(sets: Sets) -> list[Score]:
        shown.append(sets)
        assert sets.real is not None
        assert sets.extractor is not None
        value = float((sets.real.moments.mean - sets.fake.moments.mean).norm())
        protocol = Protocol(sets.extractor.name, real=sets.real.count, fake=sets.fake.count, seed=sets.seed)
        return [Score("spy", value, "lower", protocol, value - 1, value + 1, "made up", ("it is a spy",))]

    needs = frozenset({"real", "features", "images"})
    monkeypatch.setitem(METRICS, "spy", Metric("spy", "how far means are apart", spy, needs))
    monkeypatch.setattr(choosing_metrics, "USUAL", ("spy",))
    return shown


def folder(path: Path, count: int = 12, *, side: int = 16, level: int = 90, channels: int = 3, parts: int = 1) -> Path:
    """Noise around a level of brightness, in so many sub-folders."""
    dice = np.random.default_rng(level)
    for number in range(count):
        place = path / f"part{number % parts}" if parts > 1 else path
        place.mkdir(parents=True, exist_ok=True)
        pixels = dice.integers(level - 20, level + 20, (side, side, channels), np.uint8)
        Image.fromarray(pixels.squeeze()).save(place / f"{number:03d}.png")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a folder with two classes."""
    place = tmp_path_factory.mktemp("evaluated")
    photos = folder(place / "photos", 60, parts=2)
    settings = DataSettings(str(photos), size=16, validation=0.2, flip=False)
    with Session.start(replace(recipe(6), data=settings), place / "run") as session:
        session.play()
    return place / "run"


def test_two_folders_need_no_run(tmp_path: Path, seen: list[Sets]) -> None:
    one, other = folder(tmp_path / "one", 10), folder(tmp_path / "other", 14, level=200)
    task = Task(str(one), str(other), features="pixels")
    found = evaluate(task, quiet)
    assert (found.fake, found.real, found.held_out) == ("10 images of one/", "14 images of other/", "")
    assert found.scores[0].value > 1
    assert evaluate(replace(task, subject=str(other)), quiet).scores[0].value == 0.0
    sets = seen[0]
    assert sets.fake.images is not None
    assert (len(sets.fake.images), sets.fake.names[0], sets.maker) == (10, "000.png", None)
    assert evaluate(replace(task, samples=4), quiet).fake == "4 images of one/"


def test_a_run_is_sampled_against_its_own_data(run: Path, seen: list[Sets]) -> None:
    found = evaluate(Task(str(run), features="pixels", seed=3), quiet)
    assert found.fake == f"{FEWEST:,} samples of small, averaged weights after 48 images"
    assert found.real.endswith("images of photos/")
    sets = seen[0]
    assert sets.maker is not None
    assert sets.classes == ("part0", "part1")
    assert sets.fake.images is not None
    assert sets.fake.labels is not None
    generator = load(run, device="cpu")
    made = generator.decode(generator.noise(64, seed=3), sets.fake.labels[:64])
    assert torch.equal(sets.fake.images[:64], as_read(made))
    [line] = whole_scores(read(run / "scores.jsonl"), "evaluate")
    assert line.images == 48
    assert line.scores == found.scores


def test_training_and_held_out_images_stay_apart(run: Path) -> None:
    sides = sides_of(Task(str(run)), nothing)
    assert sides.real is not None
    assert sides.held_out is not None
    assert sides.real.count + sides.held_out.count == 60
    assert not set(sides.real.names) & set(sides.held_out.names)
    others = sides_of(Task(str(run), against=str(run.parent / "photos")), nothing)
    assert others.real is not None
    assert (others.real.count, others.held_out) == (60, None)


def test_a_bundle_has_no_folder(run: Path, tmp_path: Path, seen: list[Sets], monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "mine.safetensors"
    bundle.write_bytes((run / "last.safetensors").read_bytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"images of photos that .* was trained on are not here; say --against"):
        evaluate(Task(str(bundle)), quiet)
    task = Task(str(bundle), str(run.parent / "photos"), features="pixels", samples=20)
    assert evaluate(task, quiet).fake.startswith("20 samples")
    assert len(seen) == 1


@pytest.mark.usefixtures("seen")
def test_refusals(run: Path, tmp_path: Path) -> None:
    colour, gray = folder(tmp_path / "colour"), folder(tmp_path / "gray", channels=1)
    small, one = folder(tmp_path / "small", side=8), folder(tmp_path / "one", 1)
    cases = {
        "say with which real images": Task(str(colour)),
        "There is no folder nowhere": Task("nowhere", str(colour)),
        "gray images and .* RGB ones": Task(str(gray), str(colour)),
        "images of 8 x 8 pixels": Task(str(small), str(colour)),
        "a single image": Task(str(one), str(colour)),
        "no metric 'sqy'. Did you mean 'spy'": Task(str(colour), str(colour), metrics=("sqy",)),
        "modes needs real images with labels": Task(str(colour), str(colour), metrics=("modes",)),
        "leave --size and --channels out": Task(str(run), size=8),
        "no features 'inceptoin'": Task(str(colour), str(colour), features="inceptoin"),
    }
    for sentence, task in cases.items():
        with pytest.raises(ValueError, match=sentence):
            evaluate(task, quiet)
    with pytest.raises(ValueError, match="at least two samples"):
        Task(str(run), samples=1)
    assert evaluate(Task(str(gray), str(colour), channels=3, features="pixels"), quiet).scores
    assert evaluate(Task(str(small), str(colour), size=16, features="pixels"), quiet).scores


def test_what_one_metric_cannot_do_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(sets: Sets) -> list[Score]:
        raise ValueError("there are too few samples")

    photos = str(folder(tmp_path / "photos"))
    monkeypatch.setitem(METRICS, "fails", Metric("fails", "", fails, frozenset({"real"})))
    monkeypatch.setitem(METRICS, "works", Metric("works", "", lambda s: [Score("w", 1, "", Protocol())], frozenset()))
    monkeypatch.setattr(choosing_metrics, "USUAL", ("fails", "works"))
    found = evaluate(Task(photos, photos, features="pixels"), quiet)
    assert [score.name for score in found.scores] == ["w"]
    assert found.notes == ("fails was left out: there are too few samples",)
    found = evaluate(Task(photos, photos, features="pixels", metrics=("works", "fails")), quiet)
    assert [score.name for score in found.scores] == ["w"]
    assert (found.notes, found.refused) == ((), ("fails was left out: there are too few samples",))
    with pytest.raises(ValueError, match=r"nothing could be measured\. fails was left out: there are too few samples"):
        evaluate(Task(photos, photos, features="pixels", metrics=("fails",)), quiet)


def test_metrics_by_what_there_is(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def metric(name: str, *needs: str) -> None:
        monkeypatch.setitem(METRICS, name, Metric(name, "", lambda sets: [], frozenset(needs)))

    metric("fid", "real")
    metric("memorisation", "real", "held_out", "features")
    metric("kid-per-class", "real", "labels", "features")
    monkeypatch.setattr(choosing_metrics, "USUAL", ("fid", "modes", "memorisation", "kid-per-class"))
    ours = sides_of(Task(str(run)), nothing)
    folders = sides_of(Task(str(folder(tmp_path / "a", PER_CLASS * 2, parts=2)), str(tmp_path / "a")), nothing)
    assert [one.name for one in fitting(ours, "pixels")] == ["fid", "memorisation"]
    assert [one.name for one in fitting(ours, "classifier")] == ["fid", "modes", "memorisation"]
    assert [one.name for one in fitting(folders, "pixels")] == ["fid", "kid-per-class"]


def test_points_are_scored_as_they_are(tmp_path: Path) -> None:
    points = replace(recipe(4), data=DataSettings("builtin:ring"))
    with Session.start(points, tmp_path / "run") as session:
        session.play()
    found = evaluate(Task(str(tmp_path / "run"), samples=100), quiet)
    assert {"modes", "high-quality"} <= {score.name for score in found.scores}
    assert found.scores[0].protocol.features == "points"
    assert "100 points of small" in found.fake


def test_labels_have_the_shares_of_the_real_ones() -> None:
    source = Blobs(classes=("small", "large"))
    made = handle(source)
    labels = torch.tensor([1, 1, 1, 0])
    samples = Samples(made, 400, labels=labels, seed=1)
    assert samples.labels is not None
    assert 0.65 < float(samples.labels.float().mean()) < 0.85
    assert torch.equal(samples.labels, Samples(made, 400, labels=labels, seed=1).labels)
    images, shown = samples.read(100, 130)
    assert images.dtype == torch.uint8
    assert shown is not None
    assert torch.equal(shown, samples.labels[100:130])
    first = FirstOf(source, 70)
    assert len(first.read(0, 70)[0]) == 70
    assert first.fingerprint != FirstOf(source, 60).fingerprint


def score(value: float, **protocol: object) -> Score:
    facts = {"features": "eyes", "weights": "ab", "resize": "none", "real": 100, "fake": 50, "settings": (("k", 5),)}
    known = Protocol(**{**facts, **protocol})  # type: ignore[arg-type]
    return Score("fd-eyes", value, "lower", known, value - 1, value + 1, "95% bootstrap", ("few samples",))


def test_a_table_says_how_each_number_came_about() -> None:
    text = table(Evaluation("50 samples of x", "100 images of y", "", (score(12.3456),), ("A note.",)), {})
    assert "Scored:    50 samples of x\nAgainst:   100 images of y\nFeatures:  eyes, weights ab; images: none" in text
    assert "fd-eyes  12.35  11.35 to 13.35  lower   50 against 100, k 5" in text
    assert "Interval of fd-eyes: 95% bootstrap." in text
    assert "Warning (fd-eyes): few samples." in text
    assert "A note." in text


def test_scores_of_classes_share_their_sentences() -> None:
    pairs = [("few.", "kd[a]"), ("few", "kd[b]"), ("few", "kd-per-class"), ("none", "kd[a]")]
    assert by_text(pairs) == {"few": ["kd by class", "kd-per-class"], "none": ["kd by class"]}


def test_an_earlier_score_is_compared_only_if_measured_alike(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(json.dumps([score(20.0, seed=4).as_json()]))
    before = earlier(file, [score(12.0)])
    text = table(Evaluation("", "", "", (score(12.0),), ()), before)
    assert "20      better  50 against 100" in text
    assert "20.5    better, intervals overlap" in table(
        Evaluation("", "", "", (score(20.0),), ()), {"fd-eyes": score(20.5)}
    )
    with pytest.raises(ValueError, match=r"measured fd-eyes in another way .* fake: 50 against 60"):
        earlier(file, [score(12.0, fake=60)])
    with pytest.raises(ValueError, match="holds none of these scores, but fd-eyes"):
        earlier(file, [replace(score(1.0), name="kd-eyes")])
    for content, sentence in (("nonsense", "no JSON"), ("{}", "no list"), ('[{"a": 1}]', "holds no scores")):
        file.write_text(content)
        with pytest.raises(ValueError, match=sentence):
            earlier(file, [score(1.0)])
