"""The page of translations: what it shows, in which order, and that it needs nothing but itself."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sparring.metrics.moments import moments_of
from sparring.metrics.score import Protocol, Score
from sparring.metrics.sets import Beside, Seen, Sets
from sparring.run.evaluating import Evaluation
from sparring.run.evaluating_page import SPREAD, WORST, marked, ordered, page, write_page


def score(name: str, each: tuple[float, ...], better: str = "higher") -> Score:
    return Score(name, 0.5, better, Protocol(fake=len(each)), each=each, warnings=("too <few>",))


def found(count: int, *scores: Score) -> Evaluation:
    images = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    seen = Seen(count, moments_of(torch.zeros(0, 1)), images=images)
    names = tuple(f"<{number}>.png" for number in range(count))
    return Evaluation("4 made", "real", "", scores, ("a note",), Sets(seen, beside=Beside(source=images, names=names)))


def names_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"<h3>&lt;(\d+)&gt;\.png</h3>", text)]


def test_the_worst_come_first_by_all_numbers() -> None:
    psnr, drift = score("psnr", (30.0, 10.0, 20.0, math.inf)), score("drift", (0.1, 0.9, math.nan, 0.2), "lower")
    assert ordered([psnr], 4) == [1, 2, 0, 3]
    assert ordered([drift], 4) == [2, 1, 3, 0]  # who has no number may be anything
    assert ordered([psnr, drift], 4) == [1, 2, 3, 0]
    assert ordered([replace(psnr, better="")], 4) == [0, 1, 2, 3]
    assert marked(score("ssim", tuple(float(number) for number in range(20)))) == {0, 1}
    text = page(found(4, psnr, drift), found(4).sets)
    assert names_in(text) == [1, 2, 3, 0]
    assert "<span>drift</span> none" in text
    assert "<span>psnr</span> equal" in text
    assert text.count("<img") == 8
    assert "too &lt;few&gt;" in text


def test_many_are_shown_in_part_with_good_ones_among_them() -> None:
    count = 300
    text = page(found(count, score("ssim", tuple(number / count for number in range(count)))), found(count).sets)
    shown = names_in(text)
    assert len(shown) == WORST + SPREAD
    assert shown[:WORST] == list(range(WORST))
    assert shown[-1] == count - 1
    assert f"of {count} the {WORST} worst, and {SPREAD} of the others" in text


def test_it_needs_nothing_else(tmp_path: Path) -> None:
    write_page(found(3, score("ssim", (1.0, 0.2, 0.3))), tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert "default-src 'none'" in text
    assert not re.search(r"<script|https?://|onclick", text)
    assert set(re.findall(r'src="([a-z]+:)', text)) == {"data:"}
    with pytest.raises(ValueError, match="say --source FOLDER"):
        write_page(replace(found(3), sets=Sets(found(3).sets.fake)), tmp_path / "page.html")
