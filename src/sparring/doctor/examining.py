"""Whatever can be examined: a run, a folder of somebody else's loop, a CSV file, TensorBoard's event files."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..run.folder import RunFolder
from .case import Case, Setup
from .findings import Finding
from .foreign import SETUP, case_of_folder
from .logs import read_csv, read_events
from .reading import case_of, records
from .record import read_findings
from .rule import replay
from .rules import RULES
from .words import ORDER

MOMENTS = 40
"""At which the rules are asked, so that it is known since when they hold."""


@dataclass(frozen=True)
class Subject:
    """What is known of the thing that was named."""

    name: str
    case: Case
    columns: Mapping[str, str] = field(default_factory=dict)
    """Of a log: where each signal comes from."""
    before: tuple[Finding, ...] = ()
    """What was found before its first round."""

    @property
    def measured(self) -> bool:
        """Whether there is anything to go by."""
        return any(len(series) for series in self.case.series.values())

    @property
    def unit(self) -> str:
        """What the clock counts: rounds, where nobody said how many images one has."""
        return "images" if self.case.setup.batch else "rounds"


def subject_at(path: Path, columns: Mapping[str, str], setup: Setup) -> Subject:
    """What lies at `path`; `columns` and `setup` are only asked for logs of other programs.

    ValueError with one sentence where there is nothing that the doctor can read.
    """
    log = None
    if RunFolder(path).is_run:
        case = case_of(path)
    elif (path / SETUP).is_file():
        case = case_of_folder(path)
    elif path.exists():
        log = (read_csv if path.is_file() else read_events)(path, columns, setup)
        case = log.case
    else:
        raise ValueError(f"there is no run, CSV file or folder of event files at {path}")
    before = list[Finding]()
    with suppress(ValueError):
        before += [one for one in read_findings(RunFolder(path).findings).findings if not one.last_images]
    return Subject(str(path), case, log.columns if log else {}, tuple(before))


def examined(subject: Subject) -> list[Finding]:
    """Everything that ever held, with when it did; the worst first, and the newest of these first."""
    moments = np.linspace(0.0, subject.case.now.rounds, MOMENTS + 1)[1:].tolist()
    found = [*subject.before, *replay(subject.case, RULES, moments)]
    return sorted(found, key=lambda one: (ORDER.index(one.severity), -one.last_images))


def has_ended(path: Path) -> bool:
    """Whether a run has ended, for now."""
    return any(newest.get("kind") == "end" for newest in deque(records(RunFolder(path).journal), maxlen=1))
