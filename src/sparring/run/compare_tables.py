"""What a comparison found, as data and as a table."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from .compare import WHOLE, Comparison, Result

Line = dict[str, Any]


def lines(results: Sequence[Result]) -> list[Line]:
    """One for each row, the best first: its score, its speed, and the paired difference from the whole recipe.

    Rows that broke down or wait for their runs come last. Lower scores are better.
    """
    by_row: dict[str, list[Result]] = {}
    for result in results:
        by_row.setdefault(result.row, []).append(result)
    found = [line(name, runs, by_row.get(WHOLE, [])) for name, runs in by_row.items()]
    return sorted(found, key=lambda one: (one["score"] is None, one["score"] or 0.0))


def line(name: str, runs: list[Result], whole: list[Result]) -> Line:
    """A row's means over the seeds whose runs are finished."""
    done = [run for run in runs if run.state == "finished"]
    scores = {run.seed: run.score for run in done if run.score is not None}
    seconds = sum(run.seconds for run in done)
    metrics = dict.fromkeys(name for run in done for name in run.scores)
    told: Line = {
        "name": name,
        "finished": len(done),
        "broken": [f"seed {run.seed}: {run.sentence}" for run in runs if run.state == "broken"],
        "open": sum(run.state == "open" for run in runs),
        "ranking": runs[0].ranking,
        "score": mean(scores.values()),
        "spread": spread(scores.values()),
        "best_seed": min(scores, key=lambda seed: scores[seed]) if scores else None,
        "images": mean(run.images for run in done),
        "images_per_second": sum(run.images for run in done) / seconds if seconds else None,
        "parameters": runs[0].parameters,
        "metrics": {one: over(run.scores.get(one) for run in done) for one in metrics},
        "last": {one: over(run.last.get(one) for run in done) for one in metrics},
    }
    if whole and name != WHOLE:
        told["difference"] = difference(scores, {run.seed: run.score for run in whole if run.state == "finished"})
    return told


def difference(scores: dict[int, float], whole: dict[int, float | None]) -> Line:
    """What leaving something out did to the score, seed by seed; above 0 it was missed."""
    pairs = {seed: score - told for seed, score in scores.items() if (told := whole.get(seed)) is not None}
    signs = {math.copysign(1.0, value) if value else 0.0 for value in pairs.values()}
    return {
        "seeds": pairs,
        "mean": mean(pairs.values()),
        "spread": spread(pairs.values()),
        "agree": len(signs) == 1 and 0.0 not in signs if len(pairs) > 1 else None,
    }


def over(values: Iterable[float | None]) -> Line:
    known = [value for value in values if value is not None]
    return {"mean": mean(known), "spread": spread(known)}


def mean(values: Iterable[float]) -> float | None:
    """The mean over seeds, of one or more."""
    known = list(values)
    return statistics.fmean(known) if known else None


def spread(values: Iterable[float]) -> float | None:
    """The standard deviation over seeds, of two or more."""
    known = list(values)
    return statistics.stdev(known) if len(known) > 1 else None


def markdown(comparison: Comparison, found: Sequence[Line]) -> str:
    """A Markdown table with aligned columns, to be read as it is."""
    ablation = bool(comparison.plan.question.ablate)
    more = list(dict.fromkeys(name for one in found for name in one["metrics"] if name != one["ranking"]))
    head = ["technique" if ablation else "recipe", "score", *(name.replace("_", " ") for name in more)]
    head += ["difference by seed", "mean difference", "seeds agree"] if ablation else ["best seed"]
    head += ["images", "images/s", "parameters"]
    body = [cells(one, more, ablation) for one in found]
    wide = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]
    rule = ["-" * width for width in wide]
    rows = [[f"{cell:<{width}}" for cell, width in zip(row, wide, strict=True)] for row in [head, rule, *body]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cells(one: Line, more: list[str], ablation: bool) -> list[str]:
    score = plus_minus(one["score"], one["spread"]) or ("broke down" if one["broken"] else "not yet")
    if one["score"] is not None and (one["broken"] or one["open"]):
        score += f" (of {one['finished']}; {len(one['broken'])} broke down, {one['open']} not yet)"
    told = [one["name"], score, *(plus_minus(**keyed(one["metrics"].get(name))) for name in more)]
    if ablation:
        told += compared(one.get("difference"))
    else:
        told += ["" if one["best_seed"] is None else str(one["best_seed"])]
    images, rate = one["images"], one["images_per_second"]
    numbers = " + ".join(short(count) for count in one["parameters"].values())
    return [*told, "" if images is None else f"{images:,.0f}", "" if rate is None else f"{rate:,.0f}", numbers]


def keyed(metric: Line | None) -> Line:
    return {"value": None, "around": None} if metric is None else {"value": metric["mean"], "around": metric["spread"]}


def compared(found: Line | None) -> list[str]:
    if not found or found["mean"] is None:
        return ["", "", ""]
    by_seed = " ".join(f"{value:+.4f}" for value in found["seeds"].values())
    sign = "worse" if found["mean"] > 0 else "better"
    agree = {None: "", True: f"yes, {sign} without", False: "no"}[found["agree"]]
    return [by_seed, plus_minus(found["mean"], found["spread"], "+.4f"), agree]


def plus_minus(value: float | None, around: float | None, form: str = ".4f") -> str:
    if value is None:
        return ""
    return f"{value:{form}}" + (f" ± {around:.4f}" if around is not None else "")


def short(count: int) -> str:
    return f"{count / 1e6:.2f}M" if count >= 100_000 else f"{count / 1e3:.1f}k"
