"""A discriminator that teaches nothing: too weak, held down, lied to, or dead."""

from __future__ import annotations

import numpy as np
import pytest

from sparring.recipes import RECIPES, Facts
from sparring.settings import assign

from .healthy import finding, found, learnt
from .players import STUCK, around, losses_alone, played, setup

IDEAL = {"auc": around(0.55, 0.03), "accuracy": 0.52, "critic_loss": around(1.38, 0.01), "generator_loss": around(0.7)}


@pytest.mark.parametrize("adversarial", ["nonsaturating", "hinge", "wasserstein", "relativistic"])
def test_ideal_numbers_with_garbage_samples_are_an_alarm(adversarial: str):
    sick = played(setup(adversarial), **{**IDEAL, "critic_update": 1e-5, "critic_loss": around(1.2)}, **STUCK)
    assert found(sick, "alarm") >= {"critic-not-working"}
    assert finding(sick, "critic-not-working").remedies[0].name == "raise-critic-rate"


def test_a_discriminator_that_cannot_tell_good_samples_is_at_the_aim():
    assert "critic-not-working" not in found(played(**IDEAL))


def test_a_discriminator_at_a_loss_now_and_then_works():
    wavers = {"auc": lambda t: np.where(t > 0.85, 0.55, 0.8)}
    assert "critic-not-working" not in found(played(**wavers, **STUCK))


def test_an_ever_easier_time_for_the_generator_is_a_bad_sign():
    easy = {"generator_loss": lambda t: 0.7 * np.exp(-6 * t)}
    assert "generator-loss-falling" in found(losses_alone(**easy), "warning")
    assert "generator-loss-falling" not in found(losses_alone(**easy, auc=0.8))
    assert "generator-loss-falling" not in found(losses_alone(setup("wasserstein"), **easy))


def test_a_generator_that_catches_up_may_have_an_easy_time():
    catches_up = {"generator_loss": lambda t: 0.7 * np.exp(-6 * t), "auc": 0.55, "distance": lambda t: 2 * np.exp(-t)}
    assert "generator-loss-falling" not in found(played(**catches_up))


def test_noise_in_the_labels_is_told_from_a_weak_discriminator():
    lied_to = {**IDEAL, "critic_loss": around(1.386, 0.005), "auc": around(0.5, 0.4)}
    assert found(played(**lied_to, **STUCK), "alarm") == {"label-noise"}
    assert "label-noise" not in found(played(**{**lied_to, "critic_update": 1e-6}, **STUCK))
    assert "label-noise" not in found(played(**{**lied_to, "generator_update": 0.05}, **STUCK))
    assert "label-noise" not in found(played(**lied_to))
    small_batches = {**lied_to, "critic_loss": around(1.386, 0.1)}
    assert "label-noise" in found(played(**small_batches, **STUCK), "alarm")
    silenced = setup(penalties={"r1": 1.0}, lazy=2)
    assert "label-noise" not in found(played(silenced, **lied_to, penalty_gradient=9.0, **STUCK))


def test_labels_that_a_recipe_exchanges_need_no_other_proof():
    recipe = assign(RECIPES["gan"].make(Facts((2,))), ["rules.targets.flip=0.4"])
    blind = {"critic_loss": 1.386, "auc": 0.52}
    assert "label-noise" in found(losses_alone(setup(recipe=recipe), **blind), "alarm")
    assert "label-noise" not in found(losses_alone(**blind))


def test_a_penalty_that_forbids_everything_is_too_strong():
    flat = {"penalty": lambda t: 5 * np.exp(-60 * t), "critic_loss": around(1.38, 0.02), "auc": around(0.7, 0.2)}
    sick = played(setup(penalties={"r1": 1000.0}), **flat, **STUCK)
    assert found(sick, "alarm") == {"penalty-too-strong"}
    assert finding(sick, "penalty-too-strong").remedies
    assert "penalty-too-strong" not in found(played(**flat))
    assert "penalty-too-strong" not in found(played(**{**flat, "penalty": 0.02}, **STUCK))
    assert "penalty-too-strong" not in found(played(**{**flat, "critic_loss": 1.0}, **STUCK))


def test_a_lazy_penalty_may_be_as_large_as_what_it_stands_for():
    lazy = setup(penalties={"r1": 1.0}, lazy=16)
    assert finding(played(lazy, penalty_gradient=200.0), "lazy-penalty").severity == "warning"
    assert "lazy-penalty" in found(played(lazy, penalty_gradient=200.0, **STUCK), "alarm")
    assert "lazy-penalty" not in found(played(lazy, penalty_gradient=16.0))
    assert "lazy-penalty" not in found(played(setup(penalties={"r1": 1.0}), penalty_gradient=200.0))


DEAD = {"real_logit": 0.0097, "fake_logit": 0.0096, "generator_gradient": 2e-4, "clipped_share": 0.9, "auc": 0.8}


def test_a_clipped_critic_that_says_the_same_of_everything_is_nearly_dead():
    clipped = setup("wasserstein", clip=0.01, critic_steps=5)
    assert finding(played(clipped, **DEAD), "dead-clipped-critic").severity == "warning"
    assert found(played(clipped, **DEAD, **STUCK), "alarm") == {"dead-clipped-critic"}
    signals = {one.signal for one in finding(played(clipped, **DEAD), "dead-clipped-critic").evidence}
    assert "clipped_share" in signals


def test_a_clipped_critic_with_a_gap_lives():
    clipped = setup("wasserstein", clip=0.01)
    assert "dead-clipped-critic" not in found(played(clipped, **{**DEAD, "fake_logit": 0.0}))
    assert "dead-clipped-critic" not in found(played(clipped, **{**DEAD, "generator_gradient": 0.1}))
    assert "dead-clipped-critic" not in found(played(setup("wasserstein"), **DEAD))


def test_updates_that_change_nothing_are_too_small_only_while_samples_are_bad():
    assert "updates-too-small" in found(played(generator_update=1e-7, critic_update=1e-7, **STUCK), "alarm")
    assert "updates-too-small" not in found(played(generator_update=1e-7, critic_update=1e-7))


def test_rates_far_apart_are_a_warning_where_samples_fail():
    apart = setup(rates={"generator": 5e-3, "critic": 2e-4})
    assert finding(played(apart), "rates-far-apart").severity == "info"
    assert finding(played(apart, **STUCK), "rates-far-apart").severity == "warning"
    assert "rates-far-apart" not in found(played(setup(rates={"generator": 1e-4, "critic": 4e-4})))
    assert "rates-far-apart" not in found(played(apart, distance=learnt(2.0, 0.05)), "warning")
