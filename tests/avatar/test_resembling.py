"""Whether translated people stay themselves."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sparring.avatar.face import Detector
from sparring.avatar.resembling import FACES, faces, recognised
from sparring.metrics.moments import moments_of
from sparring.metrics.score import Protocol, Score
from sparring.metrics.sets import Beside, Seen, Sets
from sparring.metrics.suite import METRICS


def scores_of(made: Tensor, source: Tensor, detector: Detector | None = None, **beside: Tensor) -> dict[str, Score]:
    seen = Seen(len(made), moments_of(torch.zeros(0, 1)), images=made)
    sets = Sets(seen, beside=Beside(source=source, **beside))
    return {score.name: score for score in faces(sets, detector=detector)}


@pytest.fixture(scope="module")
def photos(astronaut: Tensor) -> Tensor:
    """Her, her mirror image, and a picture of nobody: (3, 3, 240, 240) uint8."""
    her = astronaut[:, :, 10:250].mul(255).round().byte()
    return torch.stack([her, her.flip(2), torch.full_like(her, 90)])


def test_who_is_not_changed_stays_the_same(photos: Tensor, mtcnn: Detector) -> None:
    scores = scores_of(photos, photos, mtcnn, labels=torch.tensor([0, 1, 2]))
    assert scores["identity"].value == pytest.approx(1, abs=1e-3)
    assert scores["landmark-drift"].value < 0.01
    assert scores["faces-kept"].value == 1
    assert "identity-auc" not in scores  # nobody is there twice
    assert "1 of 3 sources show no face, or were not looked at; the mean is over the others" in " ".join(
        scores["identity"].warnings
    )
    assert "there are only 1 other people to compare with" in scores["identity"].warnings
    assert math.isnan(scores["identity"].each[2])
    assert scores["identity"].protocol.features == "face-identity"


def test_where_nothing_is_seen_there_is_no_number(photos: Tensor, mtcnn: Detector) -> None:
    scores = scores_of(torch.full_like(photos, 128), photos, mtcnn)
    assert "landmark-drift" not in scores
    assert scores["faces-kept"].value == 0
    assert "landmarks cannot be compared" in scores["faces-kept"].warnings[0]
    assert scores["identity"].value < 0.5
    assert "the data names nobody: no identity-auc" in " ".join(scores["identity"].warnings)
    with pytest.raises(ValueError, match="no face was found in the first 1 sources"):
        scores_of(photos[2:], photos[2:], mtcnn)
    with pytest.raises(ValueError, match="only one face was found"):
        scores_of(photos[1:], photos[1:], mtcnn)


def test_people_are_recognised_by_their_other_photos() -> None:
    people = torch.tensor([0, 0, 1, 1])
    alike = torch.tensor([[9.0, 3, 1, 1], [3, 9, 1, 1], [1, 1, 9, 0.5], [1, 1, 1, 9]]).double()
    [score] = recognised(alike, people, Protocol(), 0, labelled=True)
    # Above all eight pairs of strangers, twice; below all; as alike as all.
    assert score.value == pytest.approx((1 + 1 + 0 + 0.5) / 4)
    assert score.low < score.value < score.high
    assert recognised(alike, people, Protocol(), 0, labelled=False) == []
    assert recognised(alike, torch.arange(4), Protocol(), 0, labelled=True) == []


def test_faces_are_an_entry_of_their_own() -> None:
    assert not FACES.keys() & METRICS.keys()
    assert FACES["faces"].needs == {"source"}
