from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sparring.metrics.birthday import birthday, birthday_of, distinct
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets

DICE = torch.Generator().manual_seed(3)
STORED, REAL = torch.randn(12_000, 8, generator=DICE).split([10_000, 2000])


def seen(features: Tensor) -> Seen:
    return Seen(len(features), moments_of(features), features=features)


def test_a_generator_of_ten_thousand_stored_images_repeats_itself_at_118() -> None:
    found = birthday_of(STORED[torch.randint(10_000, (4000,), generator=DICE)], REAL)
    assert found.seen
    assert found.half == pytest.approx(118, abs=10)
    assert found.low < 10_000 < found.high


def test_fewer_images_are_noticed_sooner() -> None:
    found = [birthday_of(STORED[torch.randint(n, (1500,), generator=DICE)], REAL) for n in (20, 400)]
    assert [one.support for one in found] == pytest.approx([20, 400], rel=0.2)


def test_a_generator_without_repetitions_raises_no_alarm() -> None:
    found = birthday_of(torch.randn(1500, 8, generator=DICE), REAL)
    assert not found.seen
    assert found.half == 375
    assert found.support == distinct(375) == found.low
    (score,) = birthday(Sets(seen(torch.randn(1500, 8, generator=DICE)), seen(REAL)))
    assert math.isinf(score.high)
    assert "no duplicates in batches of 375" in score.warnings[0]


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="needs at least 40 samples and real images, and got 5 and 2000"):
        birthday_of(STORED[:5], REAL)
