"""Experience replay."""

from __future__ import annotations

import pytest
import torch

from sparring.play import chance
from sparring.techniques.replay import Replay


def numbered(start, count):
    """Samples whose every pixel is their number."""
    return torch.arange(start, start + count).float()[:, None, None, None].expand(-1, 1, 2, 2)


def numbers(samples):
    return samples[:, 0, 0, 0].long()


def test_a_pool_of_nothing_shows_what_it_gets():
    x = torch.randn(4, 3, 2, 2)
    assert torch.equal(Replay(0)(x), x)


def test_it_fills_first():
    pool = Replay(6)
    for start in (0, 4):
        x = numbered(start, 4)
        shown = pool(x)
        if start == 0:
            assert torch.equal(shown, x)
    assert len(pool) == 6


def test_half_of_what_is_shown_is_old_in_the_long_run():
    pool, old, total = Replay(50), 0, 0
    for batch in range(400):
        shown = numbers(pool(numbered(8 * batch, 8)))
        if batch >= 10:
            old, total = old + int((shown < 8 * batch).sum()), total + 8
    assert old / total == pytest.approx(0.5, abs=0.03)
    assert len(set(numbers(pool.samples).tolist())) == 50


def test_labels_stay_with_their_samples():
    """Sample i has label i % 3, in the pool and in what is shown for a new sample of that label."""
    pool, old = Replay(20), 0
    for batch in range(100):
        x = numbered(8 * batch, 8)
        label = numbers(x) % 3
        shown = numbers(pool(x, label))
        assert torch.equal(shown % 3, label)
        old += int((shown < 8 * batch).sum())
    assert old > 300
    assert torch.equal(numbers(pool.samples) % 3, pool.labels)


def test_a_label_that_the_pool_has_not_seen_passes_through():
    pool = Replay(4, share=1.0)
    pool(numbered(0, 4), torch.zeros(4, dtype=torch.int64))
    assert numbers(pool(numbered(4, 2), torch.ones(2, dtype=torch.int64))).tolist() == [4, 5]
    assert numbers(pool(numbered(6, 1), torch.zeros(1, dtype=torch.int64))).item() < 4


def test_every_sample_is_shown_or_held_and_none_twice():
    """Swapping loses nothing: each number is shown at most once after the pool is full, or is still inside."""
    pool, seen = Replay(5, share=1.0), []
    for batch in range(20):
        seen += numbers(pool(numbered(7 * batch, 7))).tolist()
    after_filling = seen[5:]
    assert len(set(after_filling)) == len(after_filling)
    assert set(after_filling) | set(numbers(pool.samples).tolist()) == set(range(140))


def test_it_is_the_one_by_one_pool():
    """The same as handling samples one at a time, also where a batch is larger than the pool."""
    together = Replay(3)
    x = numbered(0, 12)
    torch.manual_seed(4)
    swaps, places = torch.rand(12), torch.randint(3, (12,))
    shown = together.plan((swaps < 0.5).tolist(), places.tolist(), [0] * 12)[0]
    held, expected = [], []
    for number in range(12):
        if len(held) < 3:
            held.append(number)
            expected.append(number)
        elif swaps[number] < 0.5:
            expected.append(held[places[number]])
            held[places[number]] = number
        else:
            expected.append(number)
    assert shown == expected
    torch.manual_seed(4)
    assert numbers(together(x)).tolist() == expected
    assert numbers(together.samples).tolist() == held


def test_draws_are_those_of_the_turn():
    def last():
        pool = Replay(4)
        dice = torch.Generator().manual_seed(3)
        for batch in range(6):
            with chance.share(dice, 0, 1):
                shown = pool(numbered(4 * batch, 4))
        return shown

    first = last()
    torch.manual_seed(99)
    assert torch.equal(last(), first)


def test_a_restored_pool_goes_on_alike():
    pool = Replay(4)
    for batch in range(5):
        pool(numbered(4 * batch, 4), torch.arange(4))
    other = Replay(4)
    other.load_state_dict({key: clone(value) for key, value in pool.state_dict().items()})
    for one in (pool, other):
        torch.manual_seed(1)
        one(numbered(40, 4), torch.arange(4))
    assert torch.equal(pool.samples, other.samples)
    assert torch.equal(pool.labels, other.labels)
    Replay(4).load_state_dict(Replay(4).state_dict())  # an empty one too


def clone(value):
    return {key: tensor.clone() for key, tensor in value.items()}


def test_it_keeps_no_graph():
    x = torch.randn(4, 1, requires_grad=True)
    assert not Replay(2)(x * 2).requires_grad


def test_misuse_is_refused():
    pool = Replay(4)
    pool(numbered(0, 4), torch.arange(4))
    with pytest.raises(ValueError, match="labels with every sample or with none"):
        pool(numbered(0, 4))
    with pytest.raises(ValueError, match="a share in \\[0, 1\\], not 50 and 2"):
        Replay(share=2)
