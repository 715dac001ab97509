"""Every photo with what each step made of it, the worst first: one HTML file without a network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image

from ..run import atomic
from ..run.document import document, section
from ..run.report_pictures import embedded
from ..run.score_words import number
from .picture import Pixels
from .report import Row
from .result import Step

SIDE = 256
"""Pixels of a picture's longer side."""
BYTES = 40_000
"""Of a picture, from which on it is a JPEG."""


class Page:
    """Hears of the steps of each photo, and is told what became of it. Only small pictures are kept."""

    def __init__(self) -> None:
        self.steps = list[Step]()
        self.entries = list[tuple[Row, str]]()

    def watch(self, step: Step) -> None:
        """One more step of the photo at hand."""
        self.steps.append(step)

    def add(self, row: Row) -> None:
        """What became of that photo."""
        self.entries.append((row, told(row, self.steps)))
        self.steps = []

    def write(self, path: Path, style: str) -> None:
        """Write it. OSError with one sentence where that cannot be done."""
        ordered = sorted(self.entries, key=lambda entry: badness(entry[0]))
        made = sum(row.done for row, _ in ordered)
        title = f"{made} of {len(ordered)} photos drawn in the style {style}"
        said = (
            "<p class='soft'>What could not be drawn comes first, then those that are least like the person: identity "
            "1 is the same picture, around 0 two people.</p>"
        )
        body = f"<header><h1>{escape(title)}</h1></header>\n" + section(
            "One by one", said + "".join(text for _, text in ordered)
        )
        atomic.write_text(path, document(title, body, "pairs.css"))


def badness(row: Row) -> tuple[bool, float, str]:
    """Sorts the worst first: nothing made, then the lowest identity of a face, then names."""
    known = [face["scores"].get("identity") for face in row.faces]
    numbers = [one for one in known if one is not None]
    return row.done, min(numbers) if numbers and row.done else -math.inf, row.photo


def told(row: Row, steps: Sequence[Step]) -> str:
    """One photo: its steps with their pictures, its scores and its warnings."""
    shots = "".join(shot(name, step, pixels) for step in steps for name, pixels in step.draw().items())
    lines = "".join(f"<li><b>{escape(step.name)}</b> {escape(step.line)}</li>" for step in steps)
    scores = "".join(
        f"<li><span>{escape(name)}</span> {'none' if value is None else number(value)}</li>"
        for face in row.faces
        for name, value in face["scores"].items()
    )
    words = "".join(f"<p>{escape(word)}</p>" for word in (row.message, *row.warnings) if word)
    details = f"<details><summary>Steps</summary><ol>{lines}</ol></details>" if lines else ""
    state = escape(row.status.replace("_", " "))
    return (
        f'<article class="pair steps"><h3>{escape(row.photo)} <span class="state">{state}</span></h3>'
        f'<div class="shots">{shots}</div><ul class="numbers">{scores}</ul>{words}{details}</article>\n'
    )


def shot(name: str, step: Step, pixels: Pixels) -> str:
    """A picture of a step, small."""
    image = Image.fromarray(pixels)
    if max(image.size) > SIDE:
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    label = f"{step.name} {name}" if name.isdecimal() and name != "1" else step.name
    return f"<figure>{embedded(image, label, '', BYTES)}<figcaption>{escape(label)}</figcaption></figure>"
