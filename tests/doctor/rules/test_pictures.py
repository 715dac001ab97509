"""What is wrong with single pictures: colours, grids, blobs, edges, copies, labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .healthy import SETUP, finding, found, run, unlabelled
from .test_collapse import ONE_SAMPLE

PLANTS = {
    "checkerboard": {"checkerboard": 8.0},
    "colour-drift": {"channel_gap": 0.2, "swapped_gap": 0.25},
    "swapped-channels": {"channel_gap": 0.4, "swapped_gap": 0.04},
    "saturation": {"saturated": 0.7},
    "blobs": {"activation_peak": 90.0},
    "normalisation-gap": {"mode_gap": 0.8},
    "augmentation-leak": {"blank_share": 0.3},
    "memorising-generator": {"copying": 0.5},
    "labels-ignored": {"class_agreement": 0.02, "label_sense": 0.01},
    "wrong-range": {"range_real": 255.0},
}


@pytest.mark.parametrize("rule", PLANTS)
def test_each_plant_is_told_by_its_own_rule_alone(rule: str):
    assert found(run(**PLANTS[rule]), "warning") == {rule}


@pytest.mark.parametrize("rule", sorted(set(PLANTS) - {"wrong-range", "memorising-generator", "normalisation-gap"}))
def test_a_collapse_explains_whatever_else_is_wrong(rule: str):
    assert rule not in found(run(unlabelled(), **{**ONE_SAMPLE, **PLANTS[rule], "diversity": 0.02}), "alarm")


@pytest.mark.parametrize("rule", sorted(set(PLANTS) - {"wrong-range"}))
def test_nothing_is_said_in_the_first_tenth_of_a_run(rule: str):
    assert not found(run(**PLANTS[rule]).until(160))


def test_a_wrong_range_is_said_at_once():
    assert found(run(**PLANTS["wrong-range"]).until(40)) == {"wrong-range"}
    assert found(run(range_real=0.5)) == {"wrong-range"}
    assert not found(run(replace(unlabelled(), points=True), range_real=2.0))


def test_half_a_range_is_told_from_a_drift_of_colours():
    half = {"channel_gap": 0.5, "halved_gap": 0.04, "swapped_gap": 0.5, "contrast": 0.5}
    assert found(run(**half), "warning") == {"wrong-range"}
    assert found(run(**{**half, "halved_gap": 0.6}), "warning") == {"colour-drift"}


def test_pale_samples_have_drifted_too():
    assert found(run(contrast=0.5)) == {"colour-drift"}
    assert found(run(contrast=1.5)) == {"colour-drift"}


def test_edges_are_told_early_and_squares_late():
    assert found(run(border_gap=9.0).until(700)) == {"augmentation-leak"}
    assert not found(run(blank_share=0.3).until(700))
    assert not found(run(border_gap=9.0, quality=0.05), "alarm")


def test_a_gap_that_none_can_overlook_is_an_alarm():
    assert finding(run(channel_gap=0.5, swapped_gap=0.5), "colour-drift").severity == "alarm"
    assert finding(run(channel_gap=0.15, swapped_gap=0.15), "colour-drift").severity == "warning"


def test_drawings_are_not_burnt_out():
    assert not found(run(saturated=0.9, saturated_real=0.85))


def test_only_batch_normalisation_has_a_gap_between_modes():
    assert not found(run(replace(SETUP, batch_norm=frozenset(), recipe=None), mode_gap=0.3))


def test_points_cannot_be_known_by_heart():
    assert "memorising-generator" not in found(run(replace(unlabelled(), points=True), copying=0.3))


def test_copies_that_look_like_nothing_are_no_memory():
    assert not found(run(copying=0.5, quality=0.25), "alarm")


def test_near_copies_of_each_other_make_copying_worse():
    assert finding(run(copying=0.5, duplicates=0.3), "memorising-generator").severity == "alarm"
    assert finding(run(copying=0.6), "memorising-generator").severity == "warning"


def test_labels_are_ignored_only_where_there_are_some():
    assert "labels-ignored" not in found(run(unlabelled(), class_agreement=0.0, label_sense=0.0))
    assert "labels-ignored" not in found(run(class_agreement=0.4, label_sense=0.0))


def test_a_discriminator_that_knows_its_labels_may_yet_teach_them():
    slow = run(class_agreement=0.0)
    assert "labels-ignored" not in found(slow.until(900))
    assert finding(slow, "labels-ignored").severity == "warning"
    assert "labels-ignored" not in found(run(class_agreement=0.0, quality=0.1))
