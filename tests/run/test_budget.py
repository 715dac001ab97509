"""What fits a time: sizes, recipes and batches for machines of any speed."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch

from sparring.play.machine import Machine
from sparring.recipes import RECIPES, Facts
from sparring.run import budget
from sparring.run.budget import Fixed, Option, fit, options, seconds_of, usable
from sparring.settings import assign


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("1h30m", 5400), (" 8H ", 28800), ("2h5m10s", 7510)],
)
def test_times_are_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "0s", "half an hour", "-5m", "5m30", "1d", "30 m x"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--budget is a time like"):
        seconds_of(text)


def machine_of(speed: float) -> Callable[[Option, int, float], float]:
    """A machine's images per second at 32 pixels and width 32; residual networks are five times slower."""

    def measure(option: Option, batch: int, seconds: float) -> float:
        dear = (option.size / 32) ** 2 * max(option.width, 32) / 32 * (5 if option.recipe == "resnet-hinge" else 1)
        return speed / dear

    return measure


def chosen(monkeypatch: pytest.MonkeyPatch, speed: float, seconds: float, facts: Facts, fixed: Fixed) -> budget.Fit:
    monkeypatch.setattr(budget, "measured", lambda *_: machine_of(speed))
    return fit(seconds, lambda: seconds, facts, fixed, Machine())


PHOTOS = Facts((3, 256, 256))


@pytest.mark.parametrize(
    ("speed", "seconds", "recipe", "size", "change"),
    [
        (1_000, 300, "dcgan-r1", 32, "networks.generator.width=64"),
        (300, 300, "dcgan-r1", 32, "networks.generator.width=32"),
        (30, 60, "dcgan-r1", 16, "networks.generator.width=32"),
        (1_000, 7200, "dcgan-r1", 64, "networks.generator.width=64"),
        (20_000, 8 * 3600, "dcgan-r1", 64, "networks.generator.width=64"),
        (1, 60, "dcgan-r1", 16, "networks.generator.width=32"),
    ],
)
def test_faster_machines_and_longer_times_get_more(
    monkeypatch: pytest.MonkeyPatch, speed: float, seconds: float, recipe: str, size: int, change: str
) -> None:
    fitting = chosen(monkeypatch, speed, seconds, PHOTOS, Fixed())
    assert (fitting.recipe, fitting.size) == (recipe, size)
    assert change in fitting.changes


def test_length_fills_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    fitting = chosen(monkeypatch, 300, 300, PHOTOS, Fixed())
    recipe = assign(RECIPES[fitting.recipe].make(PHOTOS), fitting.changes)
    assert recipe.train.images / fitting.rate / budget.RESERVE == pytest.approx(300 * 0.97, rel=0.02)
    assert recipe.train.images % recipe.train.batch == 0
    assert recipe.average.half_life_images > 0


def test_falling_learning_rates_get_the_true_length(monkeypatch: pytest.MonkeyPatch) -> None:
    fitting = chosen(monkeypatch, 300, 300, PHOTOS, Fixed(settings=("optims.critic.schedule=linear",)))
    recipe = assign(RECIPES[fitting.recipe].make(PHOTOS), fitting.changes)
    assert recipe.train.images / fitting.rate == pytest.approx(300 * 0.97, rel=0.02)


def test_what_the_user_settled_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    fitting = chosen(monkeypatch, 300, 300, PHOTOS, Fixed("resnet-hinge", 64, 48))
    assert (fitting.recipe, fitting.size) == ("resnet-hinge", 64)
    assert "train.batch=48" in fitting.changes


def test_data_is_never_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, 1e6, 3600, Facts((3, 32, 32)), Fixed()).size == 32
    assert chosen(monkeypatch, 1e6, 3600, Facts((1, 16, 16)), Fixed()).size == 16


def test_reason_tells_speed_and_what_was_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    why = chosen(monkeypatch, 300, 300, PHOTOS, Fixed()).why
    assert "dcgan-r1 at 32 pixels, width 32: 300 images/s" in why
    assert "would see only" in why
    assert "\n" not in why


def test_time_that_is_over_is_refused() -> None:
    facts = Facts((3, 16, 16))
    with pytest.raises(ValueError, match="over before training begins"):
        fit(1.0, lambda: 1.0, facts, Fixed("dcgan", 16), Machine())


def test_measuring_keeps_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0.0, 2.0)
    monkeypatch.setattr(budget.time, "monotonic", lambda: next(clock))
    calls: list[Option] = []

    def measure(option: Option, batch: int, seconds: float) -> float:
        calls.append(option)
        return 1e6

    monkeypatch.setattr(budget, "measured", lambda *_: measure)
    fit(100, lambda: 100.0, PHOTOS, Fixed(), Machine(torch.device("cpu")))
    assert len(calls) <= 4


def test_points_need_no_sizes() -> None:
    assert list(options(Facts((2,)), Fixed(), "cpu")) == [[Option("gan", 0, 0, budget.NEEDED)]]


def test_other_recipes_are_tried_as_they_are() -> None:
    rungs = list(options(Facts((1, 32, 32)), Fixed("dcgan-dense"), "cpu"))
    assert [[option.recipe for option in rung] for rung in rungs] == [["dcgan-dense"], ["dcgan-dense"]]
    assert rungs[0][0].changes == ()


def test_something_is_kept_for_the_end() -> None:
    assert usable(10) == 7
    assert usable(1000) == 970


def test_real_measuring_on_this_machine() -> None:
    fitting = fit(20.0, lambda: 20.0, Facts((1, 16, 16)), Fixed("dcgan", 16), Machine())
    assert fitting.rate > 0
    assert fitting.recipe == "dcgan"
