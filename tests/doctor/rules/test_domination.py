"""The discriminator wins, in all its forms, and what looks like it and is none."""

from __future__ import annotations

import numpy as np
import pytest

from sparring.doctor.case import Setup

from .healthy import finding, found, learnt
from .players import STUCK, around, losses_alone, played, setup

WINS = {"auc": 0.995, "accuracy": 0.97, "critic_loss": around(0.3, 0.02), "generator_loss": lambda t: 2 + t, **STUCK}


@pytest.mark.parametrize(
    "of",
    [
        setup(),
        setup("hinge"),
        setup("least_squares"),
        setup("relativistic", penalties={"r1": 0.1, "r2": 0.1}),
        setup("wasserstein", penalties={"gp": 10.0}, critic_steps=5),
        Setup(rounds=2000),
    ],
    ids=lambda one: one.adversarial or "unknown",
)
def test_a_healthy_run_is_left_in_peace(of: Setup):
    assert not found(played(of), "warning")


def test_a_dominating_discriminator_with_bad_samples_is_an_alarm():
    assert found(played(**WINS), "alarm") == {"critic-too-strong"}
    signals = [one.signal for one in finding(played(**WINS), "critic-too-strong").evidence]
    assert signals == ["auc", "critic_loss", "distance"]


def test_domination_is_forgiven_while_samples_improve():
    assert "critic-too-strong" not in found(played(**{**WINS, "distance": learnt(2.0, 0.05)}))
    assert "critic-too-strong" not in found(played(**{**WINS, "distance": lambda t: 2 * np.exp(-t)}))


def test_a_sure_wasserstein_critic_is_a_good_one():
    assert "critic-too-strong" not in found(played(setup("wasserstein"), **WINS))


def test_an_average_that_lags_behind_does_not_make_samples_bad():
    assert "critic-too-strong" not in found(played(**WINS, distance_raw=0.05))


def test_domination_in_a_log_without_samples_is_a_warning():
    signals = {"auc": 0.98, "generator_loss": lambda t: 1 + t}
    assert finding(losses_alone(**signals), "critic-too-strong").severity == "warning"
    assert "critic-too-strong" not in found(losses_alone(auc=0.98, generator_loss=lambda t: 2 - t))


@pytest.mark.parametrize(
    ("adversarial", "zero", "low"),
    [("nonsaturating", 0.05, 0.35), ("hinge", 0.1, 0.6), ("relativistic", 0.04, 0.2), ("least_squares", 0.01, 0.07)],
)
def test_zero_is_another_number_for_every_loss(adversarial: str, zero: float, low: float):
    assert "critic-loss-zero" in found(losses_alone(setup(adversarial), critic_loss=zero), "warning")
    assert "critic-loss-zero" not in found(losses_alone(setup(adversarial), critic_loss=low))


def test_a_loss_near_zero_counts_where_samples_are_bad():
    assert "critic-loss-zero" in found(played(auc=0.999, critic_loss=0.2, **STUCK), "warning")
    assert "critic-loss-zero" not in found(played(auc=0.999, critic_loss=0.2))


def test_a_loss_of_zero_is_worth_knowing_while_samples_improve():
    assert finding(played(auc=0.999, critic_loss=0.05), "critic-loss-zero").severity == "info"


def test_a_wasserstein_loss_of_zero_is_the_aim():
    assert "critic-loss-zero" not in found(losses_alone(setup("wasserstein"), critic_loss=0.0, auc=0.999))


def test_a_vanished_gradient_is_an_alarm():
    sick = played(auc=0.999, input_gradient=lambda t: np.exp(-30 * t), critic_loss=0.3, **STUCK)
    assert "vanishing-gradient" in found(sick, "alarm")


def test_a_saturated_loss_is_known_by_its_logits():
    sick = played(setup("minimax"), auc=0.999, fake_logit=-7.0, distance=1.2)
    assert {one.signal for one in finding(sick, "vanishing-gradient").evidence} == {"fake_logit", "auc"}
    assert "vanishing-gradient" not in found(played(auc=0.999, fake_logit=-7.0, distance=1.2))


def test_gradients_that_shrink_at_the_end_of_a_good_training_have_not_vanished():
    assert "vanishing-gradient" not in found(played(input_gradient=lambda t: np.exp(-30 * t)))
    assert "vanishing-gradient" not in found(played(auc=0.999, input_gradient=1e-5))


def test_one_illness_raises_one_alarm():
    sick = played(auc=0.999, input_gradient=1e-5, critic_loss=0.01, generator_loss=lambda t: 5 + t, **STUCK)
    assert found(sick, "alarm") == {"vanishing-gradient"}


def test_a_discriminator_about_to_win_is_told_in_time():
    fades = {"critic_loss": lambda t: np.exp(-8 * t), "input_gradient": lambda t: np.exp(-8 * t), "auc": 0.98}
    assert "critic-loss-falling" in found(losses_alone(**fades).until(500), "warning")
    assert "critic-loss-falling" not in found(played(**fades).until(500))


def test_winning_from_the_beginning_is_told_early_and_only_then():
    wins = losses_alone(auc=0.999, critic_loss=0.2)
    assert "early-domination" in found(wins.until(300), "warning")
    assert "early-domination" not in found(wins)
    assert "early-domination" not in found(losses_alone(auc=0.999, critic_loss=0.9).until(300))


def test_a_discriminator_that_learns_by_heart_is_a_warning_and_an_alarm_once_samples_get_worse():
    knows = {"memory_gap": 0.6, "sign_real": 0.95, "auc": 0.9, "held_out_logit": lambda t: -t}
    assert found(played(**knows), "warning") == {"critic-overfits"}
    worse = played(**knows, distance=lambda t: 0.2 + np.abs(t - 0.4))
    assert found(worse, "alarm") >= {"critic-overfits"}
    signals = {one.signal for one in finding(worse, "critic-overfits").evidence}
    assert signals == {"memory_gap", "sign_real", "held_out_logit", "distance"}


def test_a_gap_between_kinds_that_look_alike_is_noise():
    assert "critic-overfits" not in found(played(memory_gap=0.6, auc=0.52))
    assert "critic-overfits" not in found(played(memory_gap=around(0.2, 0.15)))
