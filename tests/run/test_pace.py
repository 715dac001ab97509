"""Measuring speed: a number, and nothing else changes."""

from __future__ import annotations

import math

import pytest
import torch

from sparring.play.machine import Machine
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.run.pace import ENOUGH, Trial, trial_batch, with_best_threads
from sparring.settings import assign


def small(name: str, facts: Facts) -> Recipe:
    return assign(RECIPES[name].make(facts), ["networks.generator.width=8", "networks.critic.width=8"])


@pytest.mark.parametrize("classes", [0, 4])
def test_leaves_every_random_stream_alone(classes: int) -> None:
    facts = Facts((3, 16, 16), classes, 100)
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    rate = Trial(small("resnet-hinge", facts), facts, Machine()).rate(0.01)
    assert torch.equal(torch.randn(3), expected)
    assert math.isfinite(rate)
    assert rate > 0


def test_counts_all_processes() -> None:
    facts = Facts((1, 16, 16))
    recipe = small("dcgan", facts)
    alone = Trial(recipe, facts, Machine()).rate(0.2)
    many = Trial(recipe, facts, Machine(world=4)).rate(0.2)
    assert many > 1.2 * alone


def test_refuses_what_cannot_play() -> None:
    with pytest.raises(ValueError, match="square images"):
        Trial(RECIPES["dcgan"].make(Facts()), Facts((3, 20, 20)), Machine())


def test_trial_is_a_part_of_the_batch_on_a_cpu() -> None:
    recipe = RECIPES["dcgan"].make(Facts())
    assert trial_batch(recipe, Facts((3, 64, 64)), Machine()) == ENOUGH // (3 * 64 * 64)
    assert trial_batch(recipe, Facts((2,)), Machine()) == recipe.train.batch
    assert trial_batch(recipe, Facts((3, 256, 256)), Machine()) == 8
    assert trial_batch(recipe, Facts((3, 64, 64)), Machine(torch.device("meta"))) == recipe.train.batch


@pytest.mark.parametrize(
    ("speeds", "chosen"),
    [
        ({8: 100, 2: 90, 1: 50}, 8),
        ({8: 100, 2: 300, 1: 310}, 2),
        ({8: 10, 2: 11, 1: 200}, 1),
        ({8: 100, 2: 110, 1: 115}, 8),
    ],
)
def test_fewer_threads_where_they_are_faster(
    monkeypatch: pytest.MonkeyPatch, speeds: dict[int, float], chosen: int
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    now = 8
    set_to: list[int] = []

    def choose(count: int) -> None:
        nonlocal now
        now = count
        set_to.append(count)

    monkeypatch.setattr(torch, "get_num_threads", lambda: now)
    monkeypatch.setattr(torch, "set_num_threads", choose)
    assert with_best_threads(lambda: speeds[now], Machine()) == speeds[chosen]
    assert now == chosen
    set_to.clear()
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    now = 8
    assert with_best_threads(lambda: speeds[now], Machine()) == speeds[8]
    assert set_to == []
