from __future__ import annotations

import itertools
import time

import pytest
import torch

from sparring.play.machine import Machine
from sparring.run.pacing import FIRST_SECONDS, Order, Pacing
from sparring.run.samples import marks


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(time, "monotonic", found)
    return found


def test_early_checkpoints_come_soon_and_later_ones_as_asked(clock: Time) -> None:
    pacing, saved = Pacing(Machine(), 300.0), []
    pacing.begin(None)
    for second in range(2000):
        clock.now = 100.0 + second
        if pacing.look(False).save:
            saved.append(second)
            pacing.save_over()
    assert saved[0] == FIRST_SECONDS
    gaps = [b - a for a, b in itertools.pairwise(saved)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 300


def test_an_interruption_goes_before_a_deadline(clock: Time) -> None:
    pacing = Pacing(Machine(), 1000.0)
    pacing.begin(10.0)
    assert pacing.look(False) == Order()
    assert pacing.look(True).stop == "interrupted"
    clock.now += 10
    assert pacing.look(False).stop == "deadline"
    assert pacing.look(True).stop == "interrupted"
    pacing.begin(None)
    assert pacing.look(False).stop is None


def test_pictures_are_denser_at_the_start() -> None:
    found = marks(100_000, 30)
    assert (found[0], found[-1], len(found)) == (0, 100_000, 30)
    gaps = [b - a for a, b in itertools.pairwise(found)]
    assert gaps == sorted(gaps)
    assert marks(5, 30) == [0, 1, 2, 3, 4, 5]
    assert marks(100, 1) == [0]
    assert marks(100, 0) == []


def test_the_first_process_tells_the_time_and_any_may_interrupt(clock: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes in turns; the first one's message reaches the second as the greatest of both."""
    messages: list[torch.Tensor] = []

    def all_reduce(message: torch.Tensor, operation: object) -> None:
        messages.append(message.clone())
        message.copy_(torch.stack(messages[-2:]).amax(0))

    monkeypatch.setattr(torch.distributed, "all_reduce", all_reduce)
    first, second = (Pacing(Machine(rank=rank, world=2), 30.0) for rank in (0, 1))
    first.begin(50.0)
    second.begin(50.0)
    looks, orders = 0, []
    for _ in range(480):
        clock.now += 0.1
        told = first.look(False)
        clock.now += 1000  # the second one's clock is wrong, which must not matter
        heard = second.look(False)
        clock.now -= 1000
        if messages:
            looks, messages[:] = looks + 1, []
            assert (told, first.until_look) == (heard, second.until_look)
            orders.append(told)
            if told.save:
                first.save_over()
                second.save_over()
    assert looks < 150
    assert sum(order.save for order in orders) == 2
    assert all(order.stop is None for order in orders)
    first.until_look = second.until_look = 1
    second.look(True)
    assert first.look(False).stop == "interrupted"
