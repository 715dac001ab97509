"""Samples over the length of a run: far away, past their best, at rest, behind."""

from __future__ import annotations

import numpy as np
import pytest

from .healthy import Course, finding, found, learnt, run

FAR = {"distance": 1.2, "distance_raw": 1.2, "quality": 0.01, "coverage": 0.05, "score": 0.5}


def test_samples_that_stay_far_are_told_early_and_fail_late():
    sick = run(**FAR)
    assert finding(sick.until(600), "far-samples").severity == "warning"
    assert finding(sick, "far-samples").severity == "alarm"
    assert found(sick, "alarm") == {"far-samples"}


@pytest.mark.parametrize("quality", [0.01, 1.0])
@pytest.mark.parametrize("duplicates", [0.0, 1.0])
@pytest.mark.parametrize("dominant_region", [3.0, lambda t: np.floor(t * 50) % 7])
@pytest.mark.parametrize("diversity", [0.05, 0.25, 0.4, 0.9])
@pytest.mark.parametrize("distance_raw", [0.2, 0.9])
def test_nothing_keeps_the_doctor_silent_about_bad_samples(
    quality: float, duplicates: float, dominant_region: Course, diversity: float, distance_raw: float
):
    sick = run(
        distance=0.9,
        coverage=0.05,
        regions=0.2,
        dominant_share=8.0,
        rank=0.15,
        channel_gap=0.2,
        swapped_gap=0.1,
        noise_effect=diversity,
        quality=quality,
        duplicates=duplicates,
        dominant_region=dominant_region,
        diversity=diversity,
        distance_raw=distance_raw,
    )
    assert found(sick.until(900), "warning")
    assert found(run(distance=0.9, distance_raw=0.9, coverage=0.05).until(900), "warning")


def test_samples_that_come_nearer_are_only_slow():
    nearing = lambda t: 4 * np.exp(-2 * t)  # noqa: E731 - one line says it
    assert "far-samples" not in found(run(**{**FAR, "distance": nearing, "distance_raw": nearing}))


def test_samples_among_the_reals_are_not_far():
    assert "far-samples" not in found(run(**{**FAR, "quality": 0.5, "coverage": 0.4}))


def test_a_run_past_its_best_is_told():
    falling = lambda t: 0.05 + 0.08 * np.maximum(0, t - 0.4)  # noqa: E731
    assert found(run(score=falling)) == {"past-its-best"}
    assert "past-its-best" not in found(run(score=lambda t: 0.05 + 0.08 * t).until(700))


def test_a_distance_near_zero_has_no_best():
    unscored = {"score": float("nan"), "distance_raw": 0.05}
    assert "past-its-best" not in found(run(**unscored, distance=lambda t: 0.001 + 0.05 * t))
    assert "past-its-best" in found(run(**unscored, distance=lambda t: 0.05 + 0.4 * t))


@pytest.mark.parametrize("signal", ["score", "real_score", "distance"])
def test_a_bad_score_now_and_then_is_no_decline(signal: str):
    noisy = lambda t: 0.05 + 0.05 * (np.round(t * 50) % 3 == 0)  # noqa: E731
    assert "past-its-best" not in found(run(**{signal: noisy}))


def test_a_kernel_distance_of_nothing_has_no_multiple():
    assert "past-its-best" not in found(run(score=float("nan"), real_score=lambda t: 0.001 * (t - 0.5)))


def test_a_score_that_stands_still_is_worth_knowing():
    assert finding(run(score=learnt(0.5, 0.05)), "plateau").severity == "info"
    assert "plateau" not in found(run())
    assert "plateau" not in found(run(score=0.05).until(700))


def test_an_average_that_lags_is_told_alone():
    behind = {"distance": 1.2, "quality": 0.0, "diversity": 0.4, "regions": 0.2, "coverage": 0.0, "contrast": 0.3}
    assert found(run(**behind, distance_raw=0.1), "warning") == {"stale-average"}
    assert "stale-average" not in found(run(**behind, distance_raw=1.0))
