"""Experience replay."""

from __future__ import annotations

import pytest
import torch

from sparring.play import chance
from sparring.techniques.replay import Replay


def numbered(start, count):
    """Samples whose every pixel is their number, and labels that say it too."""
    numbers = torch.arange(start, start + count)
    return numbers.float()[:, None, None, None].expand(-1, 1, 2, 2), numbers


def test_a_pool_of_nothing_shows_what_it_gets():
    x = torch.randn(4, 3, 2, 2)
    shown, label = Replay(0)(x)
    assert torch.equal(shown, x)
    assert label is None


def test_it_fills_first():
    pool = Replay(6)
    for start in (0, 4):
        x, y = numbered(start, 4)
        shown, _ = pool(x, y)
        if start == 0:
            assert torch.equal(shown, x)
    assert len(pool) == 6


def test_half_of_what_is_shown_is_old_in_the_long_run():
    pool, old, total = Replay(50), 0, 0
    for batch in range(400):
        x, y = numbered(8 * batch, 8)
        shown, labels = pool(x, y)
        assert torch.equal(shown[:, 0, 0, 0].long(), labels)
        if batch >= 10:
            old, total = old + int((labels < 8 * batch).sum()), total + 8
    assert old / total == pytest.approx(0.5, abs=0.03)
    assert len(set(pool.labels.tolist())) == 50
    assert torch.equal(pool.samples[:, 0, 0, 0].long(), pool.labels)


def test_every_sample_is_shown_or_held_and_none_twice():
    """Swapping loses nothing: each number is shown at most once after the pool is full, or is still inside."""
    pool, seen = Replay(5, share=1.0), []
    for batch in range(20):
        _, labels = pool(*numbered(7 * batch, 7))
        seen += labels.tolist()
    after_filling = seen[5:]
    assert len(set(after_filling)) == len(after_filling)
    assert set(after_filling) | set(pool.labels.tolist()) == set(range(140))


def test_it_is_the_one_by_one_pool():
    """The same as handling samples one at a time, also where a batch is larger than the pool."""
    together = Replay(3)
    x, y = numbered(0, 12)
    torch.manual_seed(4)
    swaps, places = torch.rand(12), torch.randint(3, (12,))
    shown = together.plan((swaps < 0.5).tolist(), places.tolist())[0]
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
    assert together(x, y)[1].tolist() == expected
    assert together.labels.tolist() == held


def test_draws_are_those_of_the_turn():
    def labels():
        pool = Replay(4)
        dice = torch.Generator().manual_seed(3)
        for batch in range(6):
            with chance.share(dice, 0, 1):
                _, shown = pool(*numbered(4 * batch, 4))
        return shown

    first = labels()
    torch.manual_seed(99)
    assert torch.equal(labels(), first)


def test_a_restored_pool_goes_on_alike():
    pool = Replay(4)
    for batch in range(5):
        pool(*numbered(4 * batch, 4))
    other = Replay(4)
    other.load_state_dict({key: clone(value) for key, value in pool.state_dict().items()})
    for one in (pool, other):
        torch.manual_seed(1)
        one(*numbered(40, 4))
    assert torch.equal(pool.samples, other.samples)
    assert torch.equal(pool.labels, other.labels)
    Replay(4).load_state_dict(Replay(4).state_dict())  # an empty one too


def clone(value):
    return {key: tensor.clone() for key, tensor in value.items()}


def test_it_keeps_no_graph():
    x = torch.randn(4, 1, requires_grad=True)
    assert not Replay(2)(x * 2)[0].requires_grad


def test_misuse_is_refused():
    pool = Replay(4)
    pool(*numbered(0, 4))
    with pytest.raises(ValueError, match="labels with every sample or with none"):
        pool(numbered(0, 4)[0])
    with pytest.raises(ValueError, match="a share in \\[0, 1\\], not 50 and 2"):
        Replay(share=2)
