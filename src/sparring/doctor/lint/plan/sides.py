"""Images whose sides mean something."""

from __future__ import annotations

import re

from ....recipes.choose import sided
from ....techniques.ada import Ada
from ...findings import Claim
from ..check import Lint, says
from .plan import Plan

WORDS = re.compile(r"(?<![a-z])(digits?|letters?|characters?|glyphs?|fonts?|texts?|mnist|svhn|signs?|plates?)(?![a-z])")


def mirrored(plan: Plan) -> Claim | None:
    """Text in the mirror."""
    data = plan.recipe.data
    if plan.facts.points or not (why := one_sided(data.spec, plan.classes)):
        return None
    augment = plan.recipe.techniques.augment
    by = [
        *(["data.flip"] if data.flip else []),
        *(["ada's flip"] if isinstance(augment, Ada) and "flip" in augment.operations else []),
        *(["consistency"] if plan.recipe.rules.consistency or plan.recipe.rules.consistency_fake else []),
    ]
    if not by:
        return None
    mild = data.flip is False or not why[1]
    return says(
        f"Images are mirrored (by {' and '.join(by)}), and {why[0]}: in the mirror they mean something else, or "
        "nothing, and the generator will learn to draw that. Set data.flip=false, or leave out the operation.",
        severity="info" if mild else None,
    )


def one_sided(spec: str, classes: tuple[str, ...]) -> tuple[str, bool] | None:
    """Why these images have a right and a left, and whether that is sure; None where nothing says so."""
    if sided(spec):
        return f"{spec} must not be mirrored", True
    if len(classes) >= 8 and all(re.fullmatch(r"[0-9]|[A-Za-z]", name) for name in classes):
        return f"classes called {', '.join(classes[:3])}, ... are digits or letters", True
    if word := WORDS.search(spec.lower().rsplit("/", 1)[-1].replace("_", " ")):
        return f"{spec} sounds like {word.group()}", False
    return None


SIDES: tuple[Lint[Plan], ...] = (
    Lint(
        "mirrored-text",
        "warning",
        "Images that have a right and a left are mirrored",
        "Pictures that mean the same in the mirror.",
        ("no-flip",),
        mirrored,
    ),
)
