"""A comparison: several recipes on the same data under one budget, each with several seeds, in one folder."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any

from ..metrics.score import from_json as from_score
from ..recipes.recipe import Recipe
from ..settings import from_json, settings, to_json
from . import atomic
from .journal import read
from .score_lines import QUICK as NAME
from .score_lines import Measured, quick, whole_scores

FILE = "compare.json"
WHOLE = "whole"
"""Name of the row, and beginning of its runs' folders, of the recipe that others are ablations of."""


@settings
class Question:
    """What is compared; empty or None = left open."""

    recipes: tuple[str, ...]
    """Names of recipes; one alone where techniques are switched off."""
    ablate: tuple[str, ...] = ()
    """Techniques to switch off, one at a time."""
    seeds: int = 3
    """Runs of each row, with seeds from 0."""
    data: str = ""
    """The data set."""
    images: int | None = None
    """Real images that each run is shown."""
    budget_seconds: float | None = None
    """Instead: seconds that each run trains."""
    batch: int | None = None
    """Images per update."""
    size: int | None = None
    """Pixels."""
    device: str = "auto"
    """What to compute on."""
    precision: str = "auto"
    """Numbers to compute with."""
    settings: tuple[str, ...] = ()
    """Changes to every recipe, as path=value."""


@settings
class Row:
    """One of those compared."""

    name: str
    """Of the recipe, or what it does without."""
    recipe: Recipe
    """With every question settled; only the seed differs between its runs."""
    threads: int = 1
    """Of the processor, the number that is fastest for it."""


@settings
class Plan:
    """What a comparison is about to do, and which of its runs broke down."""

    question: Question
    """What was asked."""
    rows: tuple[Row, ...]
    """What is compared, in the order of play."""
    broken: dict[str, str] = field(default_factory=dict)
    """Folder of a run -> sentence, for runs whose numbers broke down."""


@settings
class Result:
    """What one run came to."""

    row: str
    """Name of its row."""
    seed: int
    """Of weights, noise and the order of the data."""
    run: str
    """Name of its folder."""
    state: str
    """finished, broken or open."""
    sentence: str = ""
    """How it broke down."""
    images: int = 0
    """Real images seen."""
    seconds: float = 0.0
    """Of training alone: without samples, scores, checkpoints and the first round."""
    scores: dict[str, float] = field(default_factory=dict)
    """By metric, of the best weights."""
    last: dict[str, float] = field(default_factory=dict)
    """By metric, of the weights at the end."""
    protocol: dict[str, Any] = field(default_factory=dict)
    """How the sliced Wasserstein distance was measured."""
    chosen: dict[str, Any] = field(default_factory=dict)
    """The whole score that chose the best weights, where there was time for real metrics."""
    ranking: str = NAME
    """Name of the score that rows are ordered by."""
    parameters: dict[str, int] = field(default_factory=dict)
    """Learned numbers by player."""
    machine: dict[str, Any] = field(default_factory=dict)
    """What it was played on."""

    @property
    def score(self) -> float | None:
        """The one that rows are ordered by; lower is better. None where there is none."""
        return self.scores.get(self.ranking)


class Comparison:
    """The folder of a comparison. Made by `begin` or `open`."""

    def __init__(self, path: Path, plan: Plan):
        self.path, self.plan = path, plan

    @classmethod
    def begin(cls, path: Path, plan: Plan) -> Comparison:
        """A new one. OSError if the folder cannot be made."""
        with atomic.explained(path):
            path.mkdir(parents=True, exist_ok=True)
        made = cls(path, plan)
        made.write({})
        return made

    @classmethod
    def open(cls, path: Path, question: Question) -> Comparison | None:
        """The one that was begun here; None where there is nothing yet.

        ValueError if something else is here, or the answer to another question.
        """
        if not (path / FILE).exists():
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise ValueError(f"{path} holds something else; a comparison needs a folder of its own")
            return None
        try:
            known = json.loads((path / FILE).read_text("utf-8"))
            plan = from_json(Plan, {name: known[name] for name in ("question", "rows", "broken")})
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise ValueError(f"{path / FILE} cannot be read ({error}); choose another --out") from None
        for one in fields(Question):
            then, now = getattr(plan.question, one.name), getattr(question, one.name)
            if then != now:
                raise ValueError(
                    f"{path} answers another question ({one.name}: {shown(then)}, not {shown(now)}); "
                    "choose another --out"
                )
        return cls(path, plan)

    def runs(self) -> Iterator[tuple[Row, int]]:
        """All runs in the order of play: one seed of every row before the next seed."""
        return ((row, seed) for seed in range(self.plan.question.seeds) for row in self.plan.rows)

    def folder(self, row: Row, seed: int) -> Path:
        return self.path / f"{row.name.replace(' ', '-')}-seed{seed}"

    def recipe(self, row: Row, seed: int) -> Recipe:
        return replace(row.recipe, train=replace(row.recipe.train, seed=seed))

    def result(self, row: Row, seed: int) -> Result:
        """What is known of a run, read from its folder."""
        folder = self.folder(row, seed)
        broken = self.plan.broken.get(folder.name, "")
        journal, scores = list(read(folder / "journal.jsonl")), list(read(folder / "scores.jsonl"))
        end = journal[-1] if journal else {}
        plans = [line["plan"] for line in journal if line.get("kind") == "plan"]
        plan: Mapping[str, Any] = plans[-1] if plans else {}
        ended = end.get("kind") == "end" and end["reason"] in ("finished", "deadline")
        cheap, real = quick(scores), whole_scores(scores, "training")
        best = next((line for line in reversed(real) if line.best), None)
        scored = bool(cheap) and cheap[-1]["images"] == end.get("images")
        return Result(
            row=row.name,
            seed=seed,
            run=folder.name,
            state="broken" if broken else "finished" if ended and scored else "open",
            sentence=broken,
            images=end.get("images", 0),
            seconds=end.get("trained", end.get("seconds", 0.0)),
            scores={**measures(min(cheap, key=lambda line: line[NAME], default={})), **values(best)},
            last={**measures(cheap[-1] if cheap else {}), **values(real[-1] if real else None)},
            protocol=cheap[-1]["protocol"] if cheap else {},
            chosen=best.chooser.as_json() if best and best.chooser else {},
            parameters={name: one["parameters"] for name, one in plan.get("networks", {}).items()},
            machine=dict(plan.get("machine", {})),
        )

    def results(self) -> list[Result]:
        """All of them, with the scores that can be compared."""
        return comparable([self.result(row, seed) for row, seed in self.runs()])

    def broke(self, row: Row, seed: int, sentence: str) -> None:
        """Remember that a run's numbers broke down; it is not tried again."""
        self.plan = replace(self.plan, broken={**self.plan.broken, self.folder(row, seed).name: sentence})
        self.write({})

    def write(self, answer: Mapping[str, Any]) -> None:
        """Write compare.json: the plan, and the answer as far as it is known."""
        data = {**to_json(self.plan), **answer}
        atomic.write_text(self.path / FILE, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def comparable(results: list[Result]) -> list[Result]:
    """Ordered by the score that chose the best weights, if all finished runs have it from one protocol; else by the
    cheap one alone."""
    done = [one for one in results if one.state == "finished"]
    first, *others = [from_score(one.chosen) if one.chosen else None for one in done] or [None]
    alike = first and all(
        other and other.name == first.name and not other.protocol.differences(first.protocol) for other in others
    )
    if first and alike:
        return [replace(one, ranking=first.name) for one in results]
    return [replace(one, scores=cheap_only(one.scores), last=cheap_only(one.last)) for one in results]


def cheap_only(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in scores.items() if name == NAME}


def values(line: Measured | None) -> dict[str, float]:
    return {score.name: score.value for score in line.scores if math.isfinite(score.value)} if line else {}


def measures(line: Mapping[str, Any]) -> dict[str, float]:
    """The metrics of a line of scores.jsonl: whatever is a number and not a clock."""
    numbers = {name: value for name, value in line.items() if isinstance(value, int | float)}
    return {name: float(value) for name, value in numbers.items() if name not in ("images", "seconds", "best")}


def shown(value: object) -> str:
    """A part of a question, for a sentence."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "empty"
    return "left open" if value in (None, "") else str(value)
