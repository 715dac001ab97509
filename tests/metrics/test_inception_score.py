from __future__ import annotations

import pytest
import torch

from sparring.metrics.inception_score import inception_score


def test_sure_and_varied_gives_the_number_of_classes() -> None:
    logits = 1e4 * torch.eye(10).repeat(30, 1)
    assert float(inception_score(logits, splits=1)) == pytest.approx(10)
    assert float(inception_score(logits, splits=3, seed=None).mean()) == pytest.approx(10)


def test_always_the_same_and_never_sure_give_one() -> None:
    assert float(inception_score(1e4 * torch.eye(10)[:1].repeat(50, 1), splits=1)) == pytest.approx(1)
    assert float(inception_score(torch.zeros(50, 10), splits=1)) == pytest.approx(1)


def test_it_is_between_one_and_the_classes() -> None:
    scores = inception_score(3 * torch.randn(200, 7), splits=5)
    assert scores.shape == (5,)
    assert bool(((scores > 1) & (scores < 7)).all())


def test_one_part_does_not_know_order_and_a_sorted_folder_is_shuffled() -> None:
    logits = 5 * torch.randn(100, 6)
    once, again = inception_score(logits, splits=1), inception_score(logits.flip(0), splits=1)
    assert torch.allclose(once, again, rtol=1e-12)
    ordered = 1e3 * torch.eye(10).repeat_interleave(30, 0)
    assert float(inception_score(ordered, seed=None).mean()) == pytest.approx(1)
    assert float(inception_score(ordered).mean()) > 8


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be split into 10 parts"):
        inception_score(torch.zeros(9, 4))
    with pytest.raises(ValueError, match="not finite"):
        inception_score(torch.full((20, 4), torch.nan))
