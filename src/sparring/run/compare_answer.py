"""The answer of a comparison, as far as its runs have come: compare.json, compare.md, compare.png."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from .. import __version__
from ..metrics.score import from_json
from ..settings import to_json
from . import atomic, grid
from .briefing import duration
from .compare import Comparison, Result
from .compare_picture import picture
from .compare_tables import lines, markdown

MACHINE = ("device", "processor", "precision", "threads")


def write_answer(comparison: Comparison, command: str) -> tuple[dict[str, Any], str]:
    """Write the three files. Returns what compare.json has beside the plan, and the table. `command` asks again."""
    results = comparison.results()
    found = lines(results)
    text = markdown(comparison, found)
    told = protocol(comparison, results)
    answer = {"protocol": told, "table": found, "runs": [to_json(one) for one in results]}
    comparison.write(answer)
    broken = [f"- {one['name']}, {sentence}" for one in found for sentence in one["broken"]]
    parts = [f"# {title(comparison)}", text, *(["Broken down:", "\n".join(broken)] if broken else [])]
    parts += ["\n".join(f"- {sentence}" for sentence in told), f"```\n{command}\n```"]
    drawn = picture(comparison, results, [one["name"] for one in found])
    if drawn is not None:
        grid.save(drawn, comparison.path / "compare.png")
        parts.insert(2, "![Samples of each row's best run, all from the same noise](compare.png)")
    atomic.write_text(comparison.path / "compare.md", "\n\n".join(parts) + "\n")
    return answer, text


def files(comparison: Comparison) -> dict[str, str]:
    """Where the answer lies."""
    names = {"table": "compare.md", "picture": "compare.png", "data": "compare.json"}
    return {what: str(comparison.path / name) for what, name in names.items() if Path(comparison.path / name).exists()}


def title(comparison: Comparison) -> str:
    question, rows = comparison.plan.question, comparison.plan.rows
    data = rows[0].recipe.data
    size = f" at {data.size} pixels" if data.size else ""
    if question.ablate:
        return f"{question.recipes[0]} without one technique at a time, on {data.spec}{size}"
    return f"{', '.join(question.recipes)} on {data.spec}{size}"


def protocol(comparison: Comparison, results: list[Result]) -> list[str]:
    """How this was measured, in sentences."""
    question, rows = comparison.plan.question, comparison.plan.rows
    seeds = "seed 0" if question.seeds == 1 else f"seeds 0 to {question.seeds - 1}"
    if question.budget_seconds is None:
        length = f"every run is shown {rows[0].recipe.train.images:,} images"
    else:
        length = (
            f"every run trains for {duration(question.budget_seconds)}, not counting samples, scores, checkpoints and "
            "the first round, which warms up and compiles"
        )
    told = [f"Budget: {length}; {seeds}, the same for every row."]
    told += [
        f"Score: {how}, at the best weights of each run; the mean over seeds ± their standard deviation; lower "
        "is better."
        for how in scored(results)
    ]
    if question.ablate:
        told.append("Difference: the score without the technique minus the score of the whole recipe, seed by seed.")
    early = [one.run for one in results if one.state == "finished" and is_early(one, question.budget_seconds)]
    if early:
        told.append(f"Ended before the time was over, as they were faster than measured: {', '.join(early)}.")
    machines = [one.machine for one in results if one.machine]
    if machines:
        by = {name: " or ".join(dict.fromkeys(str(one.get(name)) for one in machines)) for name in MACHINE}
        told.append(
            f"Machine: {by['device']} ({by['processor']}), {by['precision']}, {by['threads']} thread(s) per run, torch "
            f"{torch.__version__}, sparring {__version__}."
        )
    return told


def scored(results: list[Result]) -> list[str]:
    """What the score of the rows is; empty where there is none yet."""
    chosen = next((from_json(one.chosen) for one in results if one.chosen and one.ranking == one.chosen["name"]), None)
    if chosen:
        how = chosen.protocol
        return [f"{chosen.name} (kernel distance) of {how.fake:,} samples to {how.real:,} training ones"]
    measured = next((one.protocol for one in results if one.protocol), None)
    if measured is None:
        return []
    return [f"sliced Wasserstein distance of {measured['samples']:,} samples to {measured['reference']} ones"]


def is_early(one: Result, budget: float | None) -> bool:
    return budget is not None and one.seconds < budget
