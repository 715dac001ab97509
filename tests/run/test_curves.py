"""Charts: valid SVG whatever the numbers, and true to them."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparring.run.curves import BUCKETS, Frame, chart, images, short, ticks


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def curves(text: str) -> list[str]:
    return [path.attrib["d"] for path in parsed(text).iter("path") if path.attrib["class"].startswith("c")]


def test_one_curve_per_series_and_its_newest_value_in_the_legend() -> None:
    text = chart("Loss", {"a": [(0, 1), (100, 2)], "b": [(0, 3), (100, 4.5)]})
    assert len(curves(text)) == 2
    legend = ["".join(item.itertext()) for item in parsed(text).iter("li")]
    assert legend == ["a 2", "b 4.5"]


def test_hostile_names_stay_text() -> None:
    text = chart('<script>"&', {'</svg><img src="x">': [(0, 1), (1, 2)]})
    assert {element.tag for element in parsed(text).iter()} <= {
        "figure", "figcaption", "ul", "li", "i", "b", "svg", "path", "text",
    }  # fmt: skip


def test_nothing_to_draw_is_no_chart() -> None:
    assert chart("Loss", {}) == ""
    assert chart("Loss", {"a": [(0, 1)]}) == ""
    assert chart("Loss", {"a": [(0, math.nan), (1, math.inf)]}) == ""
    assert chart("Loss", {"a": [(0, -1), (1, 0)]}, log=True) == ""


def test_long_series_are_drawn_through_means_with_a_band() -> None:
    text = chart("Loss", {"a": [(x, x % 7) for x in range(10_000)]})
    (line,) = curves(text)
    assert line.count("L") == BUCKETS - 1
    assert 'class="b0"' in text
    assert len(text) < 30_000


def test_larger_values_are_higher_up() -> None:
    frame = Frame((0, 10), (0, 1))
    assert frame.pixels(0, 1)[1] < frame.pixels(0, 0)[1]
    assert frame.pixels(10, 0)[0] > frame.pixels(0, 0)[0]
    log = Frame((0, 10), (1, 100), log=True)
    middle = (log.pixels(0, 1)[1] + log.pixels(0, 100)[1]) / 2
    assert log.pixels(0, 10)[1] == pytest.approx(middle)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=2, max_size=400), st.booleans())
def test_any_numbers_give_a_chart_or_nothing(values: list[float], log: bool) -> None:
    text = chart("x", {"a": list(enumerate(values))}, log=log, guide=None if log else 0.5)
    if text:
        assert "nan" not in "".join(curves(text))
        assert "inf" not in "".join(curves(text))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 12), (0.00012, 0.00031), (5, 5), (-1e6, 1e6)])
def test_ticks_are_inside_and_few(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 1 <= len(found) <= 9
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in found)


def test_numbers_are_short() -> None:
    assert [short(v) for v in (0, 0.5, 12.345, 123456, 2e-4, 1234)] == ["0", "0.5", "12.3", "1.23e5", "2e-4", "1,234"]
    assert [images(v) for v in (0, 800, 25_000, 1_500_000)] == ["0", "800", "25k", "1.5M"]
