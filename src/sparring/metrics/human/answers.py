"""From the files that raters give back to one number: how often a generated image was taken for the real one.

At 50% people cannot tell them apart. Answers of one rater are alike, so the interval draws raters first and then their
answers; with few raters it is Wilson's of all answers together, which is too narrow, and says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ..bounds import share_bounds
from ..score import Protocol, Score
from .page import FORMAT, What

T = TypeVar("T")

ATTENTIVE = 0.8  # least share of checks that a rater must get right
FEW_RATERS, ADVISED_RATERS = 5, 30
RESAMPLES = 4000


@dataclass(frozen=True)
class Key:
    """What each image of a study is."""

    format: int
    study: str
    exposure_ms: int
    what: dict[str, What]
    pairs: int
    checks: int


@dataclass(frozen=True)
class Answer:
    """One pair: the names of the images, and the one that was taken for real."""

    left: str
    right: str
    chosen: str
    seconds: float


@dataclass(frozen=True)
class Sheet:
    """One rater's file."""

    format: int
    study: str
    rater: str
    name: str
    exposure_ms: int
    pixel_ratio: float
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Votes:
    """Of one attentive rater: how many of `pairs` generated images were taken for real, and the usual time."""

    rater: str
    fooled: int
    pairs: int
    seconds: float


@dataclass(frozen=True)
class Opinion:
    """What all raters together say."""

    rate: float
    low: float
    high: float
    interval: str
    votes: tuple[Votes, ...]
    exposure_ms: int
    notes: tuple[str, ...]
    """Raters who were left out, and what makes the number doubtful."""

    def score(self) -> Score:
        """As one of the metrics."""
        settings = (("raters", len(self.votes)), ("exposure_ms", self.exposure_ms))
        protocol = Protocol(fake=sum(one.pairs for one in self.votes), settings=settings)
        return Score("deception-rate", self.rate, "higher", protocol, self.low, self.high, self.interval, self.notes)


def read_answers(sheets: Sequence[Path], key: Path, *, seed: int = 0) -> Opinion:
    """From raters' files and the key of the study.

    Who got fewer than 80% of the checks right is left out, and so is a second file of one rater. ValueError or OSError
    with one sentence for files of another study, for damaged ones, and where nobody is left.
    """
    known = parsed(key, TypeAdapter(Key), "key of a study")
    if known.format != FORMAT:
        raise ValueError(f"{key} is of another version of sparring; write the page anew")
    votes, notes = dict[str, Votes](), list[str]()
    for file in sheets:
        sheet = parsed(file, TypeAdapter(Sheet), "file of answers")
        if sheet.study != known.study:
            raise ValueError(f"{file} answers another study than {key} is the key to")
        found, missed = counted(sheet, known, file)
        if sheet.rater in votes:
            notes.append(f"{file.name} was left out: it is a second file of one rater")
        elif missed > (1 - ATTENTIVE) * known.checks:
            notes.append(f"{file.name} was left out: {missed} of {known.checks} attention checks were missed")
        elif not found.pairs:
            notes.append(f"{file.name} was left out: it holds no answers")
        else:
            votes[sheet.rater] = found
    if not votes:
        raise ValueError(f"no answers can be counted. {'; '.join(notes)}")
    if len(votes) < ADVISED_RATERS:
        notes.append(f"{len(votes)} raters; ask at least {ADVISED_RATERS} for a number to publish")
    rate, low, high, interval = deception(list(votes.values()), seed)
    return Opinion(rate, low, high, interval, tuple(votes.values()), known.exposure_ms, tuple(notes))


def counted(sheet: Sheet, key: Key, file: Path) -> tuple[Votes, int]:
    """A rater's votes, and how many checks were missed or not answered."""
    fooled, pairs, right, seen = 0, 0, 0, set[frozenset[str]]()
    for answer in sheet.answers:
        names = frozenset((answer.left, answer.right))
        kinds = sorted(key.what.get(name, "") for name in names)
        if kinds not in (["fake", "real"], ["check", "real"]) or answer.chosen not in names or names in seen:
            raise ValueError(f"{file} was changed by hand or is damaged: it answers pairs that the study does not have")
        seen.add(names)
        chosen = key.what[answer.chosen]
        pairs += "fake" in kinds
        fooled += chosen == "fake"
        right += "check" in kinds and chosen == "real"
    seconds = statistics.median([answer.seconds for answer in sheet.answers] or [0.0])
    return Votes(sheet.rater, fooled, pairs, seconds), key.checks - right


def deception(votes: Sequence[Votes], seed: int = 0) -> tuple[float, float, float, str]:
    """The rate with its 95% interval, and what kind of interval it is."""
    fooled, pairs = np.array([one.fooled for one in votes]), np.array([one.pairs for one in votes])
    rate = float(fooled.sum() / pairs.sum())
    if len(votes) < FEW_RATERS:
        return rate, *share_bounds(int(fooled.sum()), int(pairs.sum())), "95% (Wilson), as if all answers were of one"
    dice = np.random.default_rng(seed)
    rows = dice.integers(len(votes), size=(RESAMPLES, len(votes)))
    again = dice.binomial(pairs[rows], (fooled / pairs)[rows]).sum(1) / pairs[rows].sum(1)
    low, high = np.quantile(again, (0.025, 0.975))
    return rate, float(low), float(high), "95% bootstrap of raters and of their answers"


def parsed(file: Path, form: TypeAdapter[T], what: str) -> T:
    try:
        return form.validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{file} is no {what}: {f'{place}: ' if place else ''}{first['msg']}") from None
