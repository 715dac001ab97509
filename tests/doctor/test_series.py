from __future__ import annotations

import numpy as np
import pytest

from sparring.doctor.series import Series


def series(*values: float) -> Series:
    at = np.arange(1.0, len(values) + 1)
    return Series(at, at * 10, np.array(values))


def test_a_slope_is_per_thousand_rounds_and_skips_what_is_undefined():
    assert series(0.0, 1.0, float("nan"), 3.0).slope() == pytest.approx(1000)
    assert series(5.0, 7.0).slope() == 0.0


def test_half_of_a_step_is_seen_after_the_half_life():
    values = series(0.0, *[1.0] * 10)
    assert values.smooth(10).last == pytest.approx(0.5)


def test_the_newest_values_are_kept_however_old_they_are():
    values = series(1.0, 2.0, 3.0)
    assert list(values.since(3).values) == [3.0]
    assert list(values.since(3, least=2).values) == [2.0, 3.0]


def test_shares_count_undefined_values_as_neither():
    values = series(1.0, 3.0, float("nan"), 3.0)
    assert values.above(2) == 0.5
    assert values.below(2) == 0.25
