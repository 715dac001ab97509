"""The scores of a run in its report: the tile of the best one, curves, and what `sparring evaluate` found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..metrics.score import Score
from .curves import chart, short
from .journal import Record
from .score_lines import QUICK, Measured, curves, quick, whole_scores
from .score_words import by_text, how, interval, number

SHARES = ("precision", "recall", "density", "coverage")
"""Scores of one scale, which share a chart."""


def best_score(records: Sequence[Record]) -> dict[str, str]:
    """The score whose weights the run keeps as its best, and where it was reached."""
    kept = [line for line in whole_scores(records, "training") if line.best]
    if kept and (score := kept[-1].chooser):
        return {f"best {score.name}, after {kept[-1].images:,} images": short(score.value)}
    found = quick(records)
    if not found:
        return {}
    best = min(found, key=lambda line: line[QUICK])
    return {f"best distance to the data, after {int(best['images']):,} images": f"{best[QUICK]:.4f}"}


def charts(records: Sequence[Record]) -> list[str]:
    """Of the cheap score, of each distance, and of all shares together."""
    points = [(float(line["images"]), float(line[QUICK])) for line in quick(records)]
    found = [chart("Distance of samples from the data (sliced Wasserstein)", {"distance": points})]
    lines = whole_scores(records, "training")
    by_name = curves(lines)
    note = samples(lines)
    shares = {name: by_name[name] for name in SHARES if name in by_name}
    found += [chart(f"{name}{note}", {name: by_name[name]}) for name in by_name if name not in SHARES]
    return [*found, chart(f"Shares{note}: precision is quality, recall and coverage are variety", shares)]


def samples(lines: Iterable[Measured]) -> str:
    """How many samples the curves rest on; empty where it changed."""
    counts = {score.protocol.fake for line in lines for score in line.scores}
    return f" of {counts.pop():,} samples" if len(counts) == 1 else ""


def table(records: Sequence[Record]) -> str:
    """What `sparring evaluate` measured last of these weights; empty text if nothing."""
    lines = whole_scores(records, "evaluate")
    if not lines:
        return ""
    scores = lines[-1].scores
    body = "".join(row(score) for score in scores)
    note = f"measured by sparring evaluate, of the weights after {lines[-1].images:,} images"
    head = "<tr><th>score</th><th>value</th><th>interval</th><th>better</th><th>features</th><th>how</th></tr>"
    doubts = by_text([(warning, score.name) for score in scores for warning in score.warnings])
    items = "".join(f"<li>{escape(', '.join(names))}: {escape(text)}</li>" for text, names in doubts.items())
    warnings = f'<ul class="events">{items}</ul>' if items else ""
    return f'<div class="wide"><table>{head}{body}</table></div>{warnings}<p class="soft">{escape(note)}</p>'


def row(score: Score) -> str:
    cells = (number(score.value), interval(score), score.better, score.protocol.features, how(score))
    return f"<tr><th>{escape(score.name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
