"""Other programs' logs, CSV and TensorBoard, as a case: what they have of our signals, mostly losses."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..settings import nearest
from .case import Case, Setup
from .series import Numbers, Series
from .signals import SIGNALS

STEP = "step"
"""How the column that counts updates is called in a mapping, beside the names of signals."""
GUESSES = {
    STEP: "step globalstep iteration iterations iter round rounds update updates it",
    "critic_loss": "criticloss losscritic lossd dloss lossdloss discriminatorloss lossdiscriminator errd derror",
    "generator_loss": "generatorloss lossgenerator lossg gloss lossgloss errg gerror",
    "penalty": "penalty gradientpenalty gp lossgp r1 r1penalty lossr1penalty lossdreg",
    "real_logit": "reallogit logitreal logitsreal reallogits lossscoresreal",
    "fake_logit": "fakelogit logitfake logitsfake fakelogits lossscoresfake",
    "sign_real": "signreal losssignsreal rt",
    "accuracy": "accuracy acc daccuracy dacc accuracyd accd discriminatoraccuracy",
    "auc": "auc",
    "critic_gradient": "criticgradient gradd dgrad gradnormd dgradnorm dgradientnorm",
    "generator_gradient": "generatorgradient gradg ggrad gradnormg ggradnorm ggradientnorm",
    "critic_rate": "criticrate lrd dlr learningrated",
    "generator_rate": "generatorrate lrg glr learningrateg",
    "real_score": "realscore fid kid fid50k fid50kfull fid5k metricsfid50kfull",
}
"""Usual names of columns, small letters and digits alone, the surest first."""

Column = tuple[Numbers, Numbers]
"""(place, value) of what a column holds; a place is a step, or the number of the row."""


@dataclass(frozen=True)
class Log:
    """A log as it was understood."""

    case: Case
    columns: Mapping[str, str]
    """Where each signal comes from."""


def read_csv(file: Path, columns: Mapping[str, str], setup: Setup) -> Log:
    """A CSV file with a line of names; `columns` says which column is which signal, and the rest is guessed.

    Empty cells are skipped, `nan` and `inf` stand for themselves. ValueError with one sentence for anything else.
    """
    try:
        with open(file, encoding="utf-8-sig", newline="") as text:
            sample = text.read(4096)
            text.seek(0)
            rows = csv.reader(text, delimiter=max(",;\t", key=sample.partition("\n")[0].count))
            names = [name.strip() for name in next(rows, [])]
            filled = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no CSV: it is not text") from None
    except csv.Error as error:
        raise ValueError(f"{file} is no CSV that can be read: {error}") from None
    if not names or not filled:
        raise ValueError(f"{file} is empty; a log has a line of names and one line for each step or so")
    wanted = chosen(columns, names, str(file))
    return log_of({name: column(file, names, filled, name) for name in wanted.values()}, wanted, setup)


def column(file: Path, names: list[str], rows: Iterable[tuple[int, list[str]]], name: str) -> Column:
    """The numbers in one column, by the number of their row."""
    place, at, values = names.index(name), list[int](), list[float]()
    for number, (line, row) in enumerate(rows, 1):
        cell = row[place].strip() if place < len(row) else ""
        if not cell:
            continue
        try:
            values.append(float(cell))
        except ValueError:
            raise ValueError(f"line {line} of {file} has {cell!r} in the column {name}, which is no number") from None
        at.append(number)
    return np.array(at, np.float64), np.array(values, np.float64)


def read_events(folder: Path, columns: Mapping[str, str], setup: Setup) -> Log:
    """The scalars in a folder of TensorBoard event files, whose steps are taken for updates.

    ValueError with one sentence where there are none, or of several runs.
    """
    homes = sorted({file.parent for file in folder.rglob("events.out.tfevents.*")})
    if folder in homes:
        homes = [folder]
    if not homes:
        raise ValueError(f"{folder} is neither a run nor a folder of TensorBoard event files")
    if len(homes) > 1:
        raise ValueError(f"{folder} holds event files of {len(homes)} runs; name one of them, e.g. {homes[0]}")
    from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

    events = EventAccumulator(str(homes[0]), size_guidance={SCALARS: 0}).Reload()
    tags = events.Tags()[SCALARS]
    assert isinstance(tags, list)
    wanted = chosen({name: tag for name, tag in columns.items() if name != STEP}, tags, str(folder))
    found: dict[str, Column] = {}
    for tag in wanted.values():
        scalars = events.Scalars(tag)
        found[tag] = np.array([s.step for s in scalars], np.float64), np.array([s.value for s in scalars], np.float64)
    return log_of(found, wanted, setup)


def chosen(columns: Mapping[str, str], names: list[str], where: str) -> dict[str, str]:
    """Signal -> the column that it is in: what was said, then what is usual."""
    for signal, name in columns.items():
        if signal not in SIGNALS and signal != STEP:
            raise ValueError(f"there is no signal {signal!r}.{nearest(signal, [STEP, *SIGNALS])}")
        if name not in names:
            raise ValueError(f"{where} has no column {name!r}.{nearest(name, names)} It has {listed(names)}.")
    known = {key: name for name in reversed(names) for key in keys(name)}
    guessed = {
        signal: known[guess]
        for signal, guesses in GUESSES.items()
        for guess in reversed(guesses.split())
        if guess in known and known[guess] not in columns.values()
    }
    found = {**guessed, **columns}
    if not set(found) - {STEP}:
        raise ValueError(
            f"no column of {where} is known by its name; say which is which, e.g. "
            f"--columns critic_loss={names[0] if names else 'NAME'}. It has {listed(names)}."
        )
    return found


def keys(name: str) -> list[str]:
    """What a name may be known as: `train/D_loss` as traindloss and dloss."""
    parts = name.split("/")
    return [re.sub(r"[^a-z0-9]", "", "".join(parts[start:]).lower()) for start in reversed(range(len(parts)))]


def listed(names: list[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") or "none"


def log_of(found: Mapping[str, Column], wanted: Mapping[str, str], setup: Setup) -> Log:
    """Columns as signals over rounds."""
    steps = dict(zip(*(one.tolist() for one in found[wanted[STEP]]), strict=True)) if STEP in wanted else {}
    if len(set(steps.values())) < len(steps) / 2:  # counted anew in each epoch
        steps = {}
    series = {}
    for signal, name in wanted.items():
        if signal != STEP:
            at, values = found[name]
            rounds = np.array([steps.get(place, place if not steps else np.nan) for place in at.tolist()], np.float64)
            series[signal] = in_order(rounds, values, setup.batch or 1)
    last = max((int(one.rounds[-1]) for one in series.values() if len(one)), default=0)
    return Log(Case(replace(setup, rounds=last), series), dict(wanted))


def in_order(rounds: Numbers, values: Numbers, batch: int) -> Series:
    """What was logged of a round again, after a restart, counts."""
    newest = dict(zip(rounds.tolist(), values.tolist(), strict=True))
    kept = sorted(one for one in newest.items() if np.isfinite(one[0]))
    at = np.array([place for place, _ in kept], np.float64)
    numbers = np.array([value if np.isfinite(value) else np.nan for _, value in kept], np.float64)
    return Series(at, at * batch, numbers)
