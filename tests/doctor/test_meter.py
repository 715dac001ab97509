"""What is counted as the cost of watching."""

from __future__ import annotations

import pytest

from sparring.doctor import meter
from sparring.doctor.meter import Meter, moment


class Time:
    """A clock and a processor that somebody else moves."""

    def __init__(self, patch: pytest.MonkeyPatch):
        self.clock = self.processor = 0.0
        patch.setattr(meter.time, "perf_counter", lambda: self.clock)
        patch.setattr(meter.time, "process_time", lambda: self.processor)

    def pass_by(self, clock: float, processor: float) -> None:
        self.clock, self.processor = self.clock + clock, self.processor + processor


def test_two_busy_cores_beside_one_cost_twice_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    time, watched = Time(monkeypatch), Meter()
    time.pass_by(10.0, 10.0)
    start = moment()
    time.pass_by(1.0, 2.0)
    assert watched.pay(start) == 2.0
    assert watched.spent == 2.0
    assert watched.trained == 10.0
    start = moment()
    time.pass_by(3.0, 1.0)  # another program had the processor
    assert watched.pay(start) == 3.0


def test_two_busy_cores_beside_two_cost_what_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    time, watched = Time(monkeypatch), Meter()
    time.pass_by(10.0, 20.0)
    start = moment()
    time.pass_by(1.0, 2.0)
    assert watched.pay(start) == 1.0
