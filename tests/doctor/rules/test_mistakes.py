"""Mistakes in code: each told by what it does to the numbers, and not by what resembles it."""

from __future__ import annotations

import numpy as np
import pytest

from .healthy import finding, found, learnt
from .players import STUCK, around, losses_alone, played, setup

NAN = float("nan")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"generator_still": 1.0, "generator_gradient": 0.0, "generator_update": 0.0}, "no gradient"),
        ({"generator_update": 0.0}, "weights stay"),
        ({"generator_rate": 0.0, "generator_update": 0.0}, "learning rate is 0"),
    ],
)
def test_a_generator_that_does_not_learn_is_told_why(changes, why: str):
    told = finding(played(**changes, **STUCK), "generator-stands-still")
    assert why in told.sentence
    assert found(played(**changes, **STUCK), "alarm") == {"generator-stands-still"}


def test_half_of_a_generator_that_gets_no_gradient_is_a_warning():
    assert finding(played(generator_still=0.7), "generator-stands-still").severity == "warning"
    assert "generator-stands-still" not in found(played(generator_still=0.1))


def test_a_schedule_that_has_just_reached_zero_is_none_of_it():
    ends = {"generator_rate": lambda t: 2e-4 * (1 - t), "critic_rate": lambda t: 2e-4 * (1 - t)}
    assert not found(played(**ends), "warning")


def test_a_discriminator_that_does_not_learn_is_told_too():
    assert found(played(critic_update=0.0), "alarm") == {"critic-stands-still"}
    assert found(played(critic_still=1.0), "alarm") == {"critic-stands-still"}


def test_a_hinge_that_is_satisfied_gives_no_gradient_and_is_not_broken():
    assert "critic-stands-still" not in found(played(setup("hinge"), critic_still=1.0, critic_loss=0.0, auc=0.9))


@pytest.mark.parametrize("adversarial", ["nonsaturating", "hinge", "wasserstein", "least_squares", "minimax"])
def test_a_generator_that_learns_to_be_caught_has_the_wrong_sign(adversarial: str):
    same = around(-0.5, 0.1)
    caught = {"generator_loss": same, "fake_logit": same, "auc": 0.99}
    assert found(played(setup(adversarial), **caught, **STUCK), "alarm") >= {"wrong-sign"}
    assert "wrong-sign" in found(losses_alone(setup(adversarial), generator_loss=same, fake_logit=same), "alarm")


def test_a_discriminator_that_overshoots_makes_no_wrong_sign():
    same = around(0.0, 1.0)
    swings = {"generator_loss": same, "fake_logit": same}
    assert "wrong-sign" not in found(played(setup("hinge"), **swings, **STUCK))
    assert "wrong-sign" not in found(played(setup("hinge"), **swings, auc=0.99))


def test_two_trends_are_no_sign():
    fall = {"generator_loss": lambda t: 1 - t + 0.01 * np.sin(900 * t), "fake_logit": lambda t: -t}
    assert "wrong-sign" not in found(losses_alone(**fall))


def test_a_relativistic_sign_is_judged_by_the_gap():
    of, wave = setup("relativistic"), around(0.0, 0.1)
    logits = {"real_logit": lambda t: 5 * t, "fake_logit": lambda t: 5 * t + wave(t)}
    assert "wrong-sign" in found(losses_alone(of, generator_loss=wave, **logits), "alarm")
    assert "wrong-sign" not in found(losses_alone(of, generator_loss=lambda t: -wave(t), **logits))


def test_least_squares_may_push_fakes_down_from_far_above():
    far = around(3.0, 0.5)
    assert "wrong-sign" not in found(losses_alone(setup("least_squares"), generator_loss=far, fake_logit=far))


SQUASHED = {
    "auc": 0.99, "accuracy": 0.5, "critic_loss": lambda t: 1.02 + 0.4 * np.exp(-t / 0.02), "real_logit": 0.95,
    "fake_logit": 0.05, "generator_loss": 0.67,
}  # fmt: skip


def test_two_sigmoids_are_known_by_the_floor_of_the_loss():
    assert found(played(**SQUASHED), "alarm") == {"double-sigmoid"}


@pytest.mark.parametrize(
    "other",
    [{"fake_logit": -0.4}, {"accuracy": 0.7}, {"critic_loss": 0.8}, {"auc": 0.7}, {"real_logit": 1.3}],
    ids=lambda one: next(iter(one)),
)
def test_one_sigmoid_is_not_taken_for_two(other):
    assert "double-sigmoid" not in found(played(**{**SQUASHED, **other}))
    assert "double-sigmoid" not in found(played(setup("hinge"), **SQUASHED))


def test_batch_norm_that_gives_the_answer_away():
    assert finding(played(batch_effect=0.45), "batch-norm-leak").severity == "warning"
    assert found(played(batch_effect=0.45, **STUCK), "alarm") == {"batch-norm-leak"}
    assert "batch-norm-leak" not in found(played(batch_effect=around(0.2, 0.25)))


def test_undefined_losses_are_an_alarm_from_the_first_round_on():
    broken = losses_alone(critic_loss=lambda t: np.where(t > 0.01, NAN, 1.0))
    assert "broken-updates" in found(broken.until(60), "alarm")


def test_a_skipped_update_is_a_warning_while_it_is_fresh():
    skipped = played(nonfinite=lambda t: np.where(np.abs(t - 0.5) < 0.01, 1.0, 0.0))
    assert finding(skipped.until(1050), "broken-updates").severity == "warning"
    assert "broken-updates" not in found(skipped)
    assert "broken-updates" not in found(played(distance=learnt(2.0, 0.05)))


def test_an_update_that_ended_the_run_is_an_alarm():
    ended = played(nonfinite=lambda t: np.where(t == 1, NAN, 0.0))
    assert found(ended, "alarm") == {"broken-updates"}
