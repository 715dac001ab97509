"""`sparring resume`: go on with a run that was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from .flags import parse
from .voice import Voice


@dataclass(frozen=True)
class Resume:
    """Go on with a run from its last checkpoint, exactly as if it had never stopped."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN", help_behavior_hint="")] = ""
    """Folder of the run."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Go on with a run; returns the exit status."""
    flags = parse(Resume, arguments, "sparring resume")
    if not flags.run:
        raise ValueError("say which run: sparring resume RUN")
    from .going import go_on

    return go_on(Path(flags.run), Voice(flags.json))
