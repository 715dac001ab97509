"""Real metrics during training: when they are due, what they may cost, and which weights they choose."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.run.small import Blobs, data, recipe
from tests.run.test_scoring import handle
from torch import Tensor

from sparring.metrics.score import Protocol, Score
from sparring.metrics.sets import Sets
from sparring.metrics.suite import METRICS, Metric
from sparring.run import measuring
from sparring.run.bundle import read_card
from sparring.run.journal import read
from sparring.run.measuring import LEAST_SECONDS, SAMPLES, SHARE_OF_SECONDS, Measuring
from sparring.run.score_lines import whole_scores
from sparring.run.session import Session

SET = Blobs(count=4096)
RICH = LEAST_SECONDS / SHARE_OF_SECONDS + 1
"""Seconds of training after which a first look can be afforded."""


class Means:
    """A feature network of eight means, of a speed that can be set."""

    name, dims, weights, resize = "means", 8, "0", "none"

    def __init__(self, seconds: float = 0.0):
        self.seconds, self.images = seconds, 0

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        assert images.dtype == torch.uint8
        self.images += len(images)
        time.sleep(self.seconds * len(images))
        return images.float().flatten(1).unflatten(1, (8, -1)).mean(2), None


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the kernel distance will be, measurement by measurement; then 9."""
    script: list[float] = []

    def scripted(sets: Sets) -> list[Score]:
        assert sets.real is not None
        protocol = Protocol("means", real=sets.real.count, fake=sets.fake.count)
        trial = not sets.real.fingerprint
        value = script.pop(0) if script and not trial else 9.0
        return [Score("fd-means", value + 1, "lower", protocol), Score("kd-means", value, "lower", protocol)]

    monkeypatch.setitem(METRICS, "scripted", Metric("scripted", "", scripted, frozenset({"real", "features"})))
    monkeypatch.setattr(measuring, "WATCHED", ("scripted",))
    monkeypatch.setattr(measuring, "best_network", lambda device: Means())
    return script


@pytest.mark.usefixtures("values")
def test_nothing_is_loaded_before_there_is_time_for_it(tmp_path: Path) -> None:
    found, made = Measuring(SET, 1000, tmp_path / "scores.jsonl"), handle(SET)
    assert not found.due(lambda: made, 99, 1e6)
    assert not found.due(lambda: made, 100, RICH - 2)
    assert found.extractor is None
    found.due(lambda: made, 100, RICH)
    assert found.extractor is not None
    assert found.due(lambda: made, 100, 1e6)
    found.measure(made, 100, RICH)
    assert found.next == 200
    assert not found.due(lambda: made, 100, 1e6, final=True), "the end of a run is not measured twice"
    assert found.due(lambda: made, 150, 1e6, final=True)


@pytest.mark.usefixtures("values")
def test_all_of_it_stays_within_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "best_network", lambda device: Means(0.0005))
    monkeypatch.setattr(measuring, "LEAST_SECONDS", 1.0)
    found, made, begun = Measuring(SET, 1000, tmp_path / "scores.jsonl"), handle(SET), time.perf_counter()
    times = 0
    for images in range(10, 1001, 10):
        seconds = 0.1 * images  # 100 in all, so 5 for scores
        start = time.perf_counter()
        if found.due(lambda: made, images, seconds):
            found.measure(made, images, seconds)
            times += 1
        assert found.spent <= SHARE_OF_SECONDS * seconds + (time.perf_counter() - start) / 4
    assert times > 2
    assert found.spent == pytest.approx(time.perf_counter() - begun, rel=0.2)


@pytest.mark.usefixtures("values")
def test_a_slow_network_gets_fewer_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = []
    for seconds in (1e-6, 0.01):
        monkeypatch.setattr(measuring, "best_network", lambda device, s=seconds: Means(s))
        found = Measuring(SET, 1000, tmp_path / "scores.jsonl")
        found.due(lambda: handle(SET), 100, RICH)
        chosen.append(found.samples)
    assert chosen == [SAMPLES[0], SAMPLES[-1]]


def test_pixels_and_points_are_left_to_the_cheap_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = Means()
    pixels.name = "pixels"
    monkeypatch.setattr(measuring, "best_network", lambda device: pixels)
    for source in (Blobs(), Blobs((2,))):
        found = Measuring(source, 1000, tmp_path / "scores.jsonl")
        assert not found.due(lambda s=source: handle(s), 500, 1e6)


def test_the_best_is_the_best_of_one_protocol(tmp_path: Path, values: list[float]) -> None:
    found, made = Measuring(Blobs(classes=("small", "large")), 1000, tmp_path / "scores.jsonl"), handle(SET)
    found.prepare(handle(Blobs(classes=("small", "large"))), 1e6)
    found.samples = 4
    made = handle(Blobs(classes=("small", "large")))
    values += [2.0, 3.0, 1.0, -0.5]
    assert [found.measure(made, n, 1.0)[1] for n in (100, 200, 300, 400)] == [True, False, True, True]
    lines = whole_scores(read(tmp_path / "scores.jsonl"))
    assert [(line.images, line.best) for line in lines] == [(100, True), (200, False), (300, True), (400, True)]
    assert [score.name for score in lines[0].scores] == ["fd-means", "kd-means"]

    again = Measuring(SET, 1000, tmp_path / "scores.jsonl")
    assert again.best is not None
    assert again.best.value == -0.5
    other = replace(again.best, value=5.0, protocol=Protocol("others"))
    assert again.improves([other]), "another protocol begins anew"
    assert not again.improves([replace(other, value=6.0)])
    assert not again.improves([replace(other, value=float("nan"))])


@pytest.mark.usefixtures("values")
def test_the_account_goes_on_and_the_samples_stay(tmp_path: Path) -> None:
    found = Measuring(SET, 1000, tmp_path / "scores.jsonl")
    found.due(lambda: handle(SET), 100, RICH)
    found.samples = 512
    other = Measuring(SET, 1000, tmp_path / "scores.jsonl")
    other.load_state_dict(found.state_dict(), 340)
    assert (other.spent, other.samples, other.next) == (found.spent, 512, 400)
    other.due(lambda: handle(SET), 400, 1e6)
    assert other.samples == 512
    other.load_state_dict({}, 340)  # of a run that knew nothing of this


def test_a_run_keeps_the_weights_that_it_chose(
    tmp_path: Path, values: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(measuring, "SHARE_OF_SECONDS", 1e6)
    monkeypatch.setattr(measuring, "SAMPLES", (4,))
    values += [3.0, 1.0, 2.0]
    with data(), Session.start(recipe(30, tensorboard=False), tmp_path / "run") as session:
        session.play()
    lines = whole_scores(read(tmp_path / "run" / "scores.jsonl"))
    assert [line.best for line in lines[:4]] == [True, True, False, False]
    card = read_card(tmp_path / "run" / "best.safetensors")
    assert card.trained.images == lines[1].images
    assert card.scores["kd-means"] == 1.0
    assert "kd-means" in read_card(tmp_path / "run" / "last.safetensors").scores
    with data(), Session.resume(tmp_path / "run") as session:
        assert session.watching is not None
        assert session.watching.measuring.best is not None
        assert session.watching.measuring.best.value == 1.0


def test_what_cannot_be_measured_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(device: torch.device) -> Means:
        raise ImportError("there is no network here")

    monkeypatch.setattr(measuring, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(measuring, "SHARE_OF_SECONDS", 1e6)
    monkeypatch.setattr(measuring, "best_network", missing)
    with data(), Session.start(recipe(20), tmp_path / "run") as session:
        assert session.play().reason == "finished"
    told = [line["sentence"] for line in read(tmp_path / "run" / "journal.jsonl") if line["kind"] == "event"]
    assert told == ["real metrics cannot be measured in this run: there is no network here"]
