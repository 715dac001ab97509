"""From what a user names to what is wrong with it, without training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...data.open import open_source
from ...data.pack import Progress
from ...recipes.assemble import assemble
from ...run.folder import RunFolder
from ...run.prepare import Wish, settle
from ...settings import assign
from ..findings import Finding
from .looking import lint


def lint_recipe(
    name: str, data: str = "", settings: Sequence[str] = (), progress: Progress | None = None
) -> list[Finding]:
    """What is known to go wrong with a recipe by name, or with that of a run's folder, before its first round.

    `data` names a data set as for `sparring train`, empty = the recipe's or the run's own; `settings` are PATH=VALUE
    each. `progress` is told how far the data is packed. ValueError or OSError with one sentence for what does not fit.
    """
    if name and RunFolder(Path(name)).is_run:
        recipe = assign(RunFolder.open(name).recipe, list(settings))
        recipe = replace(recipe, data=replace(recipe.data, spec=data or recipe.data.spec))
        source = open_source(recipe.data, progress)
    else:
        recipe, source, _ = settle(Wish(recipe=name, data=data, settings=tuple(settings)), progress)
    return lint(recipe, source, assemble(recipe, source.shape, len(source.classes)))
