from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sparring.data.open import open_source
from sparring.data.settings import DataSettings
from sparring.doctor.patient import fitting, patient_of
from sparring.doctor.reals import reals_of
from sparring.doctor.vitals import Vitals
from sparring.run.session import Session
from tests.run.small import Blobs, data, recipe


@pytest.fixture(scope="module")
def digits():
    """Handwritten digits whose labels nobody is told."""
    return open_source(DataSettings(spec="builtin:digits", size=16, labels="none"))


def test_labels_that_networks_are_not_told_are_known_to_the_doctor(digits) -> None:
    told = open_source(DataSettings(spec="builtin:digits", size=16))
    known, hidden = reals_of(told, 200, 50), reals_of(digits, 200, 50)
    assert not digits.classes
    assert torch.equal(known.samples, hidden.samples)
    assert hidden.labels is not None
    assert torch.equal(known.labels, hidden.labels)
    assert hidden.held_out_labels is None
    assert 40 < len(hidden.held_out) <= 50


def test_few_images_are_taken_once(digits) -> None:
    assert len(reals_of(digits, 10**6, 10).samples) == digits.count
    assert not any("larger than" in note for note in digits.facts()["notes"])


def test_large_images_are_fewer() -> None:
    assert fitting(1256, (3, 64, 64)) == 1256
    assert 64 < fitting(1256, (3, 256, 256)) < 400
    assert fitting(256, (3, 1024, 1024)) == 64
    assert fitting(10, (3, 1024, 1024)) == 10


def test_points_have_no_held_out_samples() -> None:
    found = reals_of(Blobs((2,)), 64, 50)
    assert found.samples.shape == (64, 2)
    assert found.held_out is None
    assert found.labels is None


def test_missing_classes_are_seen_although_nobody_is_told_them(digits, tmp_path: Path) -> None:
    made = recipe(6, dcgan=True)
    with data(digits), Session.start(made, tmp_path / "run") as session:
        session.engine.run(2)
        vitals = Vitals(lambda count, held: reals_of(digits, count, held), 6, 8, points=False, every=1)
        patient = patient_of(session.engine, made, 0)
        vitals.round_over(1.0, 1.0, lambda: patient)
        found = vitals.round_over(2.0, 1.0, lambda: patient)
    assert found["least_class"] < 0.1
    assert found["class_divergence"] > 1
    assert not {"class_agreement", "label_effect"} & set(found)
