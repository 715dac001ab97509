"""What an evaluation found, as a table for people, and beside an earlier one."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..metrics.score import Protocol, Score, from_json
from .evaluating import Evaluation
from .score_words import by_text, how, interval, number

GOOD = {"lower": "lower is better", "higher": "higher is better", "": ""}


def table(found: Evaluation, before: dict[str, Score]) -> str:
    """Who was compared, a line a score, how it was measured, and every warning once."""
    parts = [heading(found), aligned(rows(found.scores, before)), *paragraphs(found)]
    return "\n\n".join(part for part in parts if part)


def heading(found: Evaluation) -> str:
    facts = {"Scored": found.fake, "Made of": found.sources, "Against": found.real, "Held out": found.held_out}
    facts |= common(found.scores)
    return "\n".join(f"{f'{what}:':<10} {text}" for what, text in facts.items() if text)


def common(scores: Sequence[Score]) -> dict[str, str]:
    """The feature networks, and the seed where all scores share it."""
    networks = {network(score.protocol): None for score in scores if score.protocol.features}
    seeds = {score.protocol.seed for score in scores}
    return {
        "Features": "\n           ".join(networks),
        "Seed": str(seeds.pop()) if len(seeds) == 1 else "",
    }


def network(protocol: Protocol) -> str:
    """A feature network, its weights, and how images came to its size."""
    weights = f", weights {protocol.weights}" if protocol.weights else ""
    return f"{protocol.features}{weights}{f'; images: {protocol.resize}' if protocol.resize else ''}"


def rows(scores: Sequence[Score], before: dict[str, Score]) -> list[list[str]]:
    """A head and a row for each score; with earlier ones, what they were and which way it went."""
    head = ["score", "value", "interval", "better", *(["before", "now"] if before else []), "how"]
    return [head, *(row(score, before) for score in scores)]


def row(score: Score, before: dict[str, Score]) -> list[str]:
    known = before.get(score.name)
    then = ["" if known is None else number(known.value), "" if known is None else change(score, known)]
    return [score.name, number(score.value), interval(score), score.better, *(then if before else []), how(score)]


def change(score: Score, before: Score) -> str:
    """`better`, `worse` or `equal`, and whether the intervals tell them apart."""
    if score.value == before.value or not score.better or not math.isfinite(score.value - before.value):
        return "equal" if score.value == before.value else ""
    word = "better" if score.beats(before) else "worse"
    apart = score.low > before.high or score.high < before.low
    return word if apart or math.isnan(score.low + before.high) else f"{word}, intervals overlap"


def paragraphs(found: Evaluation) -> list[str]:
    """Notes, what the intervals are, and warnings: each sentence once, with the scores that it is about."""
    intervals = by_text([(score.interval, score.name) for score in found.scores if score.low < score.high])
    warnings = by_text([(warning, score.name) for score in found.scores for warning in score.warnings])
    return [
        "\n".join(found.notes),
        "\n".join(f"Interval of {', '.join(names)}: {text}." for text, names in intervals.items()),
        "\n".join(f"Warning ({', '.join(names)}): {text}." for text, names in warnings.items()),
    ]


def aligned(lines: Sequence[Sequence[str]]) -> str:
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width for width in wide]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, wide, strict=True)).rstrip()
        for line in (lines[0], rule, *lines[1:])
    )


def earlier(path: Path, scores: Sequence[Score]) -> dict[str, Score]:
    """Scores by name that --json wrote into a file. ValueError unless some are of these, and all measured alike."""
    try:
        known = {score.name: score for score in map(from_json, read_list(path))}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} holds no scores as --json writes them ({type(error).__name__} {error})") from None
    shared = [score for score in scores if score.name in known]
    if not shared:
        names = ", ".join(known) or "none"
        raise ValueError(f"{path} holds none of these scores, but {names}")
    for score in shared:
        if found := known[score.name].protocol.differences(score.protocol):
            raise ValueError(f"{path} measured {score.name} in another way and cannot be compared: {'; '.join(found)}")
    return known


def read_list(path: Path) -> list[dict[str, Any]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON file: {error}") from None
    if not isinstance(data, list):
        raise ValueError(f"{path} holds no list of scores; `sparring evaluate ... --json > {path.name}` writes one")
    return data
