"""`sparring doctor --lint`: what is known to go wrong before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence

from .packing import packing
from .voice import Voice


def lint(recipe: str, data: str, settings: Sequence[str], everything: bool, most: int, voice: Voice) -> int:
    """Look through a recipe, or that of a run, with its data; returns the exit status.

    Unless everything is asked for, what is only worth knowing has a line, and findings their first `most` remedies.
    """
    from ..doctor.lint.asking import lint_recipe
    from ..doctor.words import in_short, terminal
    from ..settings import to_json

    with packing(voice) as progress:
        findings = lint_recipe(recipe, data, settings, progress)
    ill = [finding for finding in findings if everything or finding.severity != "info"]
    known = [finding for finding in findings if finding not in ill]
    what = f"{recipe} on {data}" if data else recipe
    parts = [f"{what}, before training"]
    parts += [terminal(finding, most=99 if everything else most) for finding in ill]
    if not ill:
        parts.append("Nothing is known to go wrong with it.")
    if known:
        parts.append("\n".join(["Worth knowing (--all explains):", *map(in_short, known)]))
    answer = {"subject": recipe, "data": data, "findings": [to_json(finding) for finding in findings]}
    voice.answer(answer, "\n\n".join(parts))
    return 0
