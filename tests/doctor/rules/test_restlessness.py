"""Players that throw each other about: circles, explosions, steps that are too large."""

from __future__ import annotations

import numpy as np
import pytest

from .healthy import finding, found
from .players import STUCK, around, losses_alone, played, setup


def test_samples_that_jump_about_and_stay_bad_are_an_alarm():
    assert "oscillation" in found(played(movement=around(20.0, 5.0), **STUCK), "alarm")
    assert "oscillation" not in found(played(movement=around(20.0, 5.0)))


def test_samples_that_settle_are_left_in_peace():
    assert "oscillation" not in found(played(movement=lambda t: 100 * np.exp(-6 * t), **STUCK))
    assert "oscillation" not in found(played(movement=1.0, **STUCK))


def test_a_loss_that_swings_in_a_rhythm_is_a_warning_where_nothing_else_is_known():
    swings = losses_alone(critic_loss=lambda t: 1 + 0.5 * np.sin(2 * np.pi * t * 2000 / 120))
    told = finding(swings, "oscillation")
    assert told.severity == "warning"
    assert told.evidence[0].what == "correlation with itself 120 rounds before"


@pytest.mark.parametrize(
    "critic_loss",
    [around(1.0, 0.5), lambda t: 1 - 0.5 * t, lambda t: 1 + 0.5 * np.sin(2 * np.pi * t * 2000 / 20), 1.0],
    ids=["noise", "trend", "too fast", "constant"],
)
def test_what_has_no_rhythm_is_no_oscillation(critic_loss):
    assert "oscillation" not in found(losses_alone(critic_loss=critic_loss))


def test_a_gap_without_bound_is_a_loss_that_runs_away():
    runs = {"real_logit": lambda t: 10 * np.exp(4 * t), "fake_logit": lambda t: -10 * np.exp(4 * t)}
    assert "losses-diverge" in found(losses_alone(setup("hinge"), **runs), "warning")
    assert "losses-diverge" in found(played(setup("hinge"), **runs, **STUCK), "alarm")
    assert "losses-diverge" not in found(played(setup("hinge"), **runs))


def test_logits_that_drift_together_are_harmless():
    drifts = {"real_logit": lambda t: 1000 * t, "fake_logit": lambda t: 1000 * t - 1}
    assert "losses-diverge" not in found(losses_alone(setup("wasserstein", penalties={"gp": 10.0}), **drifts))


def test_gradients_that_are_huge_or_jump_explode():
    assert "exploding-gradient" in found(losses_alone(critic_gradient=300.0), "warning")
    jumps = losses_alone(generator_gradient=lambda t: np.where(t * 400 % 10 < 1, 50.0, 1.0))
    assert "exploding-gradient" in found(jumps, "warning")
    assert "exploding-gradient" not in found(losses_alone(critic_gradient=around(5.0, 4.0)))


def test_gradients_that_are_large_by_nature_are_fine_while_samples_improve():
    assert "exploding-gradient" not in found(played(critic_gradient=300.0))


def test_gradients_that_grew_a_hundredfold_with_bad_samples_are_an_alarm():
    grows = {"critic_gradient": lambda t: np.exp(8 * t)}
    assert "exploding-gradient" in found(played(**grows, **STUCK), "alarm")


def test_updates_of_a_twentieth_of_the_weights_are_jumps_however_samples_look():
    assert "updates-too-large" in found(played(generator_update=0.3, **STUCK), "alarm")
    assert finding(played(generator_update=0.08), "updates-too-large").severity == "warning"
    assert "updates-too-large" not in found(played(generator_update=0.03, **STUCK))
