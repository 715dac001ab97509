from __future__ import annotations

import math

import pytest
import torch

from sparring.metrics import intervals
from sparring.metrics.intervals import bootstrap, repeats


def test_it_covers_the_mean_as_often_as_it_says() -> None:
    dice = torch.Generator().manual_seed(0)
    inside = 0
    for trial in range(200):
        found = bootstrap(torch.randn(60, generator=dice) ** 2, "samples", resamples=300, seed=trial)
        inside += found.low <= 1 <= found.high
    assert 0.88 <= inside / 200 <= 0.98


def test_the_seed_says_all_and_order_nothing() -> None:
    values = torch.rand(50)
    found = bootstrap(values, "fakes")
    assert found == bootstrap(values[torch.randperm(50)], "fakes")
    assert found[:2] != bootstrap(values, "fakes", seed=1)[:2]
    assert found.about == "95% bootstrap over fakes, 1000 resamples"


def test_memory_is_bounded_and_changes_nothing_but_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    values = torch.rand(50)
    wanted = bootstrap(values, "fakes")
    monkeypatch.setattr(intervals, "AT_ONCE", 120)
    found = bootstrap(values, "fakes")
    assert found.low == pytest.approx(wanted.low, abs=0.02)
    assert found.high == pytest.approx(wanted.high, abs=0.02)


def test_too_few_to_know() -> None:
    low, high, _ = bootstrap(torch.ones(1), "fakes")
    assert math.isnan(low)
    assert math.isnan(high)


def test_repeats() -> None:
    assert repeats(torch.tensor([1.0, 3.0]), "subsets") == (1, 3, "mean ± standard deviation over 2 subsets")
