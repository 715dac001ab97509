"""scores.jsonl: what was measured of a run, while it trained and afterwards.

Two kinds of line. Those with `sliced_wasserstein` hold the cheap score that every run has. Those whose `kind` is
`scores` hold whole scores with their protocols: `by` says who measured them (training or evaluate), `best` whether
the weights were kept as the run's best.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..metrics.score import Score, from_json
from .curves import Points
from .journal import Record, read

KIND = "scores"
QUICK = "sliced_wasserstein"
By = Literal["training", "evaluate"]


@dataclass(frozen=True)
class Measured:
    """One line of whole scores."""

    images: int
    seconds: float
    scores: tuple[Score, ...]
    by: By = "training"
    best: bool = False

    def as_json(self) -> Record:
        """The line."""
        scores = [score.as_json() for score in self.scores]
        return {
            "kind": KIND,
            "images": self.images,
            "seconds": round(self.seconds, 3),
            "by": self.by,
            "best": self.best,
            "scores": scores,
        }

    @property
    def chooser(self) -> Score | None:
        """The score that chooses a run's best weights."""
        return next((score for score in self.scores if chooses(score)), None)


def chooses(score: Score) -> bool:
    """Whether this is the kernel distance, which alone has no bias at the sample sizes that training can afford.

    A Fréchet distance from a few hundred samples is mostly bias, and the bias depends on the generator.
    """
    return math.isfinite(score.value) and (score.name == "kid" or score.name.startswith("kd-"))


def quick(records: Iterable[Record]) -> list[Record]:
    """The lines of the cheap score."""
    return [record for record in records if isinstance(record.get(QUICK), float)]


def whole_scores(records: Iterable[Record], by: By | None = None) -> list[Measured]:
    """The lines of whole scores, in the order of writing; ValueError for one that is damaged."""
    return [read_line(one) for one in records if one.get("kind") == KIND and by in (None, one.get("by"))]


def read_line(record: Record) -> Measured:
    try:
        scores = tuple(from_json(score) for score in record["scores"])
        return Measured(int(record["images"]), float(record["seconds"]), scores, record["by"], bool(record["best"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a line of scores cannot be read: {type(error).__name__} {error}") from None


def best(path: Path) -> Measured | None:
    """The newest line whose weights were kept as the best; None if the cheap score has chosen so far."""
    kept = [line for line in whole_scores(read(path), "training") if line.best]
    return kept[-1] if kept else None


def curves(lines: Sequence[Measured]) -> dict[str, Points]:
    """Of each score by name, over images seen."""
    found: dict[str, list[tuple[float, float]]] = {}
    for line in lines:
        for score in line.scores:
            found.setdefault(score.name, []).append((float(line.images), score.value))
    return dict(found)
