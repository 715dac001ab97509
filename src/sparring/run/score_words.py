"""Scores in words: the same in a table on the terminal and in a report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..metrics.score import Score


def interval(score: Score) -> str:
    """`9.0 to 10.4`; empty where there is none."""
    if math.isinf(score.high):
        return f"at least {number(score.low)}"
    return f"{number(score.low)} to {number(score.high)}" if score.low < score.high else ""


def how(score: Score) -> str:
    """What is this score's own: numbers of samples and settings."""
    settings = [f"{name} {value}" for name, value in score.protocol.settings]
    counts = [
        f"{score.protocol.fake:,} against {score.protocol.real:,}"
        if score.protocol.real
        else f"{score.protocol.fake:,}"
    ]
    return ", ".join([*counts, *settings])


def by_text(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """From (sentence, name of a score) to each sentence once, with the names of all scores that it is about.

    Scores `NAME[CLASS]` are called `NAME by class`: there may be hundreds.
    """
    found = dict[str, dict[str, None]]()
    for text, name in pairs:
        whole, bracket, _ = name.partition("[")
        found.setdefault(text.rstrip("."), {})[f"{whole} by class" if bracket else name] = None
    return {text: list(names) for text, names in found.items()}


def number(value: float) -> str:
    """Four digits."""
    if not math.isfinite(value):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 10_000 or value == int(value) else f"{value:.4g}"
