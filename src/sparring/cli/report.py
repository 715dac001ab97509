"""`sparring report`: what a run did, in one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from .flags import parse
from .voice import Voice


@dataclass(frozen=True)
class Report:
    """Write the report of a run, also while it goes on."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN", help_behavior_hint="")] = ""
    """Folder of the run."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Write a run's report; returns the exit status."""
    flags = parse(Report, arguments, "sparring report")
    if not flags.run:
        raise ValueError("say which run: sparring report RUN")
    from ..run.report import write_report

    path = write_report(flags.run)
    Voice(flags.json).answer({"run": flags.run, "report": str(path)}, f"Report:   {path}")
    return 0
