"""Every translation beside its source and its right answer, the worst first: one HTML file without a network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image
from torch import Tensor

from ..metrics.score import Score
from ..metrics.sets import Sets
from ..metrics.translation import pictured
from . import atomic, evaluating_table
from .document import document, section
from .evaluating import Evaluation
from .report_pictures import embedded
from .score_words import number

WORST, SPREAD = 40, 20
"""Pairs that are shown: the worst, and some of all others, evenly from worse to better."""
BAD = 0.1
"""Share of all values that are marked, the worst."""
SMALL = 96
"""Pixels up to which single pixels are to be seen."""
BYTES = 60_000
"""Of a picture, from which on it is a JPEG."""


def write_page(found: Evaluation, path: Path) -> None:
    """Write it. ValueError where samples have nothing beside them, OSError where the file cannot be written."""
    sets = found.sets
    if sets is None or sets.fake.images is None or (sets.beside.source is None and sets.beside.target is None):
        raise ValueError("a page shows images beside what they were made of or should have become: say --source FOLDER")
    atomic.write_text(path, page(found, sets))


def page(found: Evaluation, sets: Sets) -> str:
    """The whole text."""
    scores = [score for score in found.scores if score.each]
    order = ordered(scores, sets.fake.count)
    shown = order if len(order) <= WORST + SPREAD else [*order[:WORST], *spread(order[WORST:])]
    marks = [marked(score) for score in scores]
    items = "".join(pair(row, sets, scores, marks) for row in shown)
    order_of = "The worst come first, by their mean place in all numbers below the pictures"
    rest = f"; of {len(order):,} the {WORST} worst, and {SPREAD} of the others" if len(shown) < len(order) else ""
    said = f'<p class="soft">{order_of}{rest}. The worst tenth of each number is red.</p>' if scores else ""
    facts = {"made of": found.sources, "against": found.real, "held out": found.held_out}
    lines = "".join(f"<br>{escape(name)} {escape(text)}" for name, text in facts.items() if text)
    head = f"<header><h1>{escape(found.fake)}</h1><p class='soft'>{lines.removeprefix('<br>')}</p></header>\n"
    notes, intervals, warnings = evaluating_table.paragraphs(found)
    how = f"<details><summary>How it was measured</summary>{listed(notes)}{listed(intervals)}</details>"
    scored = section("Scores", table(found.scores) + listed(warnings) + how)
    body = head + scored + section("One by one", said + items)
    return document(found.fake, body, "pairs.css")


def listed(text: str) -> str:
    """Its lines as a list."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in text.splitlines())
    return f'<ul class="events soft">{lines}</ul>' if lines else ""


def table(scores: Sequence[Score]) -> str:
    """All scores, as on the terminal."""
    head, *rows = evaluating_table.rows(scores, {})
    names = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    cells = ["".join(f'<td class="number">{escape(cell)}</td>' for cell in row) for row in rows]
    lines = "".join(f"<tr>{line}</tr>" for line in cells)
    return f'<div class="wide"><table><tr>{names}</tr>{lines}</table></div>'


def ordered(scores: Sequence[Score], count: int) -> list[int]:
    """Numbers of samples, the worst first: by the mean of their places in every score that has a better end.

    Samples without a number in one score are judged by the others; those without any come first.
    """
    places = [list[float]() for _ in range(count)]
    for score in scores:
        rows = from_worst(score)
        for place, row in enumerate(rows):
            places[row].append(place / max(1, len(rows) - 1))
    return sorted(range(count), key=lambda row: (sum(places[row]) / len(places[row]) if places[row] else -1.0, row))


def from_worst(score: Score) -> list[int]:
    """Samples that have a number, the worst first; none where no end is better."""
    sign = {"higher": 1, "lower": -1, "": 0}[score.better]
    rows = [row for row, value in enumerate(score.each) if sign and not math.isnan(value)]
    return sorted(rows, key=lambda row: sign * score.each[row])


def marked(score: Score) -> frozenset[int]:
    rows = from_worst(score)
    return frozenset(rows[: int(len(rows) * BAD)])


def spread(rows: Sequence[int]) -> list[int]:
    """Some of them, the first and the last among them."""
    if len(rows) <= SPREAD:
        return list(rows)
    return [rows[round(i * (len(rows) - 1) / (SPREAD - 1))] for i in range(SPREAD)]


def pair(row: int, sets: Sets, scores: Sequence[Score], marks: Sequence[frozenset[int]]) -> str:
    beside, name = sets.beside, name_of(row, sets)
    shots = {
        "input": beside.source, "output": sets.fake.images, "right answer": beside.target, "and back": beside.returned
    }  # fmt: skip
    figures = "".join(shot(images[row], what, name) for what, images in shots.items() if images is not None)
    numbers = "".join(
        f"<li{' class=bad' if row in bad else ''}><span>{escape(score.name)}</span> {value_of(score.each[row])}</li>"
        for score, bad in zip(scores, marks, strict=True)
    )
    return (
        f'<article class="pair"><h3>{escape(name)}</h3><div class="shots">{figures}</div>'
        f'<ul class="numbers">{numbers}</ul></article>\n'
    )


def name_of(row: int, sets: Sets) -> str:
    return sets.beside.names[row] if sets.beside.names else f"number {row}"


def value_of(value: float) -> str:
    return "none" if math.isnan(value) else "equal" if math.isinf(value) else number(value)


def shot(image: Tensor, what: str, name: str) -> str:
    """A picture (channels, height, width) uint8 and its title."""
    values = pictured(image[None])[0].permute(1, 2, 0).contiguous().numpy()
    picture = Image.fromarray(values[..., 0] if values.shape[2] == 1 else values)
    kind = "small" if max(picture.size) <= SMALL else ""
    return f"<figure>{embedded(picture, f'{what} of {name}', kind, BYTES)}<figcaption>{what}</figcaption></figure>"
