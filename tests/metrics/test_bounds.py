from __future__ import annotations

import pytest
import torch

from sparring.metrics.bounds import around, mean_bounds, share_bounds


def test_wilson_interval_of_textbooks() -> None:
    assert share_bounds(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-4)
    assert share_bounds(0, 20) == pytest.approx((0.0, 0.16113), abs=1e-4)
    assert share_bounds(20, 20)[1] == 1.0
    assert [share_bounds(0, count)[0] for count in range(1, 50)] == [0.0] * 49
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        share_bounds(3, 2)


def test_the_interval_of_a_mean_holds_the_truth_nineteen_times_in_twenty() -> None:
    dice = torch.Generator().manual_seed(0)
    held = [low <= 0 <= high for low, high in (mean_bounds(torch.randn(50, generator=dice)) for _ in range(500))]
    assert 0.91 <= sum(held) / 500 <= 0.98
    assert mean_bounds(torch.tensor([2.0])) == (2.0, 2.0)


def test_resamples_are_mirrored_about_the_value() -> None:
    again = torch.linspace(1, 2, 41)
    assert around(1.0, again) == pytest.approx((0.025, 1.0))
    assert around(1.5, again) == pytest.approx((1.025, 1.975))
    assert around(0.1, again)[0] == 0.0
