"""`sparring cite`: whom to name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..recipes import Facts, Recipe


@dataclass(frozen=True)
class Cite:
    """Print BibTeX of the papers that a recipe, or a run as it was set up, is made of."""

    what: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RECIPE|RUN", help_behavior_hint="")] = ""
    """A recipe, or the folder of a run."""
    json: bool = False
    """Print JSON."""


def run(arguments: Sequence[str]) -> int:
    """Print the entries; returns the exit status."""
    flags = parse(Cite, arguments, "sparring cite")
    if not flags.what:
        raise ValueError("say of what: sparring cite RECIPE, or sparring cite RUN")
    from ..cite import bibliography, bibtex, cited
    from ..recipes.citing import names_of

    keys = cited(names_of(*described(flags.what)))
    entries = [{"key": key, "bibtex": bibliography()[key]} for key in keys]
    Voice(flags.json).answer({"what": flags.what, "entries": entries}, bibtex(keys))
    return 0


def described(what: str) -> tuple[Recipe, Facts]:
    """The recipe of that name or of the run in that folder, and what it sees of its data. ValueError for neither."""
    from ..recipes import RECIPES, Facts
    from ..run.folder import RunFolder
    from ..run.journal import read

    if what in RECIPES:
        return RECIPES[what].make(Facts()), Facts()
    if not Path(what).exists() and "/" not in what:
        RECIPES[what]  # says which name is near
    folder = RunFolder.open(what)
    plans = [line["plan"] for line in read(folder.journal) if line.get("kind") == "plan"]
    data = plans[-1]["data"] if plans else {}
    return folder.recipe, Facts(tuple(data.get("shape", Facts().shape)), len(data.get("classes") or ()))
