from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.run.small import Blobs, recipe
from torch import Tensor

from sparring.run.bundle import Card
from sparring.run.handles import Synthesizer
from sparring.run.scoring import NAME, SHARE_OF_SECONDS, Scoring


class Held(Blobs):
    """Blobs that keep some out of training."""

    def held_out(self, count: int | None = None) -> Tensor:
        images = Blobs.feed(self, 300, seed=9).batch(0).image
        return images.add(1).mul(127.5).round().to(torch.uint8)[:count]

    def held_out_labels(self, count: int | None = None) -> Tensor:
        return Blobs.feed(self, 300, seed=9).batch(0).label[:count]


def handle(source: Blobs) -> Synthesizer:
    made = recipe(dcgan=len(source.shape) == 3)
    network = made.networks["generator"].build(made.game.shape(source.shape, len(source.classes)))
    return Synthesizer(network, Card(recipe=made, shape=source.shape, classes=source.classes))


@pytest.mark.parametrize(
    ("source", "samples", "reference"),
    [
        (Blobs(), 512, "training"),
        (Blobs(count=40), 40, "training"),
        (Blobs((2,)), 2048, "training"),
        (Blobs(classes=("small", "large")), 512, "training"),
        (Held(), 300, "held-out"),
        (Held(classes=("small", "large")), 300, "held-out"),
    ],
)
def test_samples_are_scored_against_the_same_real_ones(
    tmp_path: Path, source: Blobs, samples: int, reference: str
) -> None:
    scoring, made = Scoring(source, 1000, tmp_path / "scores.jsonl", flip=True), handle(source)
    first, better = scoring.measure(made, 100, 10.0)
    assert better
    assert first > 0.05
    assert scoring.protocol["samples"] == samples
    assert scoring.protocol["reference"] == reference
    assert scoring.measure(made, 200, 20.0) == (first, False)
    again = Scoring(source, 1000, tmp_path / "scores.jsonl", flip=True)
    assert again.best == first
    assert again.measure(made, 300, 30.0) == (first, False)


def test_labels_are_those_of_the_real_ones(tmp_path: Path) -> None:
    source = Held(classes=("small", "large"))
    scoring = Scoring(source, 1000, tmp_path / "scores.jsonl")
    scoring.draw()
    assert torch.equal(scoring.label, source.held_out_labels(512))


def test_a_score_comes_at_its_mark_if_there_is_time(tmp_path: Path) -> None:
    scoring, made = Scoring(Blobs(), 1000, tmp_path / "scores.jsonl"), handle(Blobs())
    assert not scoring.due(lambda: made, 49, 1e6)
    assert not scoring.due(lambda: made, 50, 0.0)
    assert scoring.due(lambda: made, 50, 1e6)
    assert 0 < scoring.spent < scoring.cost + 1
    scoring.measure(made, 50, 1e6)
    assert scoring.next == 100
    assert not scoring.due(lambda: made, 99, 1e6)
    assert scoring.due(lambda: made, 99, 1e6, final=True)
    assert not scoring.due(lambda: made, 50, 1e6, final=True), "the end of a run is not scored twice"
    scoring.spent, scoring.cost = 9.0, 1.0
    assert not scoring.due(lambda: made, 100, 9.9 / SHARE_OF_SECONDS)
    assert scoring.due(lambda: made, 100, 10.1 / SHARE_OF_SECONDS)


def test_the_account_of_time_goes_on(tmp_path: Path) -> None:
    scoring = Scoring(Blobs(), 1000, tmp_path / "scores.jsonl")
    scoring.measure(handle(Blobs()), 120, 10.0)
    other = Scoring(Blobs(), 1000, tmp_path / "scores.jsonl")
    other.load_state_dict(scoring.state_dict(), 120)
    assert (other.spent, other.cost, other.next) == (scoring.spent, scoring.cost, 150)
    assert other.best == scoring.best
    assert NAME in (tmp_path / "scores.jsonl").read_text()
