"""Collapse in all its forms: each fires on its plant, and keeps silent where another one speaks."""

from __future__ import annotations

import numpy as np
import pytest

from .healthy import finding, found, learnt, run, unlabelled

ONE_SAMPLE = {
    "diversity": 0.02, "noise_effect": 0.02, "batch_spread": 0.1, "rank": 0.1, "duplicates": 0.95,
    "dominant_share": 14.0, "dominant_region": 3.0, "regions": 0.06, "class_divergence": 2.2, "least_class": 0.0,
    "class_agreement": 0.0, "class_spread": 0.01, "coverage": 0.02, "distance": 1.0, "distance_raw": 1.0,
    "quality": 0.9, "contrast": 0.5, "channel_gap": 0.2,
}  # fmt: skip


def test_a_healthy_run_has_no_kind_of_collapse():
    assert not found(run())
    assert not found(run(unlabelled()))


def test_a_young_generator_may_make_one_sample():
    assert not found(run(**ONE_SAMPLE).until(160))


def test_complete_collapse_is_told_once():
    assert found(run(unlabelled(), **ONE_SAMPLE), "alarm") == {"complete-collapse"}
    assert found(run(**ONE_SAMPLE), "alarm") == {"noise-ignored"}


def test_a_few_samples_that_differ_are_a_collapse_too():
    ten = {**ONE_SAMPLE, "diversity": 0.4, "batch_spread": 0.7, "quality": 1.0}
    assert found(run(unlabelled(), **ten), "alarm") == {"complete-collapse"}
    assert "complete-collapse" not in found(run(unlabelled(), duplicates=1.0))


def test_complete_collapse_names_the_detectors_that_agree():
    signals = {one.signal for one in finding(run(unlabelled(), **ONE_SAMPLE), "complete-collapse").evidence}
    assert {"diversity", "duplicates", "batch_spread", "rank", "dominant_share"} == signals


def test_one_detector_alone_is_no_collapse():
    assert "complete-collapse" not in found(run(unlabelled(), diversity=0.2))
    assert "complete-collapse" not in found(run(unlabelled(), rank=0.1, batch_spread=0.4))  # blurred, but varied


def test_a_collapse_that_ends_is_forgotten():
    once = {name: (lambda t, v=value: np.where(t < 0.5, v, 0.9)) for name, value in ONE_SAMPLE.items() if value < 1}
    sick = run(unlabelled(), **{**once, "dominant_share": 1.4})
    assert "complete-collapse" in found(sick.until(900))
    assert "complete-collapse" not in found(sick)


@pytest.mark.parametrize("signal", ["least_class", "class_divergence"])
def test_missing_classes_are_a_partial_collapse(signal: str):
    plant = {"least_class": 0.0, "class_divergence": 0.9}[signal]
    assert found(run(**{signal: plant})) == {"partial-collapse"}


def test_missing_regions_are_a_partial_collapse():
    assert finding(run(regions=0.4), "partial-collapse").severity == "warning"
    assert finding(run(regions=0.4, coverage=0.2), "partial-collapse").severity == "alarm"
    assert not found(run(coverage=0.2))  # samples that are merely not good yet
    assert not found(run(regions=lambda t: 0.2 + 0.45 * t))  # on the way


def test_uniform_classes_are_told_from_missing_ones():
    assert found(run(class_spread=0.1)) == {"class-collapse"}
    assert found(run(class_spread=0.1, least_class=0.0)) == {"class-collapse", "partial-collapse"}


def test_noise_without_effect_is_told_only_where_there_are_labels():
    ignored = {"noise_effect": 0.03, "class_spread": 0.01, "rank": 0.2, "duplicates": 0.9}
    assert found(run(**ignored), "warning") == {"noise-ignored"}
    assert "noise-ignored" not in found(run(unlabelled(), noise_effect=0.03))


def test_noise_without_effect_is_seen_before_labels_have_much():
    slow = run(**{**ONE_SAMPLE, "diversity": 0.1, "noise_effect": 0.001})
    assert found(slow, "alarm") == {"noise-ignored"}


def test_a_collapse_that_moves_on_is_rotating():
    moving = {
        **ONE_SAMPLE,
        "diversity": 0.4,
        "duplicates": 0.1,
        "channel_gap": 0.03,
        "dominant_region": lambda t: np.floor(t * 50) % 7,
    }
    assert found(run(unlabelled(), **moving), "alarm") == {"rotating-collapse"}
    assert "rotating-collapse" not in found(run(unlabelled(), **{**moving, "dominant_region": 3.0}))
    assert "rotating-collapse" not in found(run(unlabelled(), **{**moving, "quality": 0.0}))  # a blob between kinds


def test_one_sample_that_wanders_is_one_alarm():
    wandering = run(unlabelled(), **{**ONE_SAMPLE, "dominant_region": lambda t: np.floor(t * 50) % 7})
    assert found(wandering, "alarm") == {"complete-collapse"}
    assert finding(wandering, "rotating-collapse").severity == "info"


def test_samples_that_never_rest_are_told_where_they_are_poor():
    restless = {"movement": 20.0, "quality": 0.1}  # 0.8 of the distance between two reals from look to look
    assert found(run(**restless), "warning") == {"restless-samples"}
    assert not found(run(movement=20.0))
    assert not found(run(movement=learnt(40.0, 8.0), quality=0.15), "warning")
