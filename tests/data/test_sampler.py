"""Which images make up a batch: nothing but the seed and the number decide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sparring.data.sampler import Sampler


def stream(sampler: Sampler, batches: range) -> np.ndarray:
    return np.concatenate([sampler.rows(index, 0, sampler.size) for index in batches])


@given(st.integers(1, 50), st.integers(1, 70), st.integers(-(2**63), 2**64))
def test_every_sample_once_per_epoch(count: int, batch: int, seed: int) -> None:
    rows = stream(Sampler(count, batch, seed), range(-(-3 * count // batch)))
    for epoch in range(3):
        assert sorted(rows[epoch * count : (epoch + 1) * count]) == list(range(count))


def test_epochs_and_seeds_differ() -> None:
    rows = stream(Sampler(1000, 500, 0), range(4))
    assert (rows[:1000] != rows[1000:]).mean() > 0.99
    assert (stream(Sampler(1000, 500, 1), range(2)) != rows[:1000]).mean() > 0.99


@given(st.lists(st.integers(0, 400), min_size=1, max_size=8))
def test_any_order_of_asking_gives_the_same(indices: list[int]) -> None:
    used = Sampler(37, 8, 3)
    for index in indices:
        fresh = Sampler(37, 8, 3)
        assert (used.rows(index, 0, 8) == fresh.rows(index, 0, 8)).all()
        assert (used.flips(index, 0, 8) == fresh.flips(index, 0, 8)).all()


@given(st.sampled_from([1, 2, 3, 4, 6, 12]), st.integers(0, 30))
def test_parts_of_a_batch_make_up_the_batch(world: int, index: int) -> None:
    sampler = Sampler(17, 12, 5)
    edges = [rank * 12 // world for rank in range(world + 1)]
    for draw in (sampler.rows, sampler.flips):
        parts = [draw(index, *edge) for edge in pairwise(edges)]
        assert (np.concatenate(parts) == draw(index, 0, 12)).all()


def test_half_of_the_images_are_mirrored() -> None:
    sampler = Sampler(100, 64, 0)
    flips = np.concatenate([sampler.flips(index, 0, 64) for index in range(200)])
    assert abs(flips.mean() - 0.5) < 0.02


def test_the_numbers_stay_for_ever() -> None:
    """Recorded: a run that resumes under another version must see the same images."""
    sampler = Sampler(10, 4, 42)
    assert stream(sampler, range(5)).tolist() == RECORDED
    assert sampler.flips(0, 0, 4).tolist() == RECORDED_FLIPS


RECORDED = [4, 9, 5, 3, 0, 2, 7, 1, 6, 8, 9, 0, 1, 8, 3, 7, 4, 6, 2, 5]
RECORDED_FLIPS = [False, True, True, False]
