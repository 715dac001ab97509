"""Which remedy comes first where several things are wrong at once."""

from __future__ import annotations

from collections.abc import Iterable

from .findings import Finding, Remedy

SYMPTOMS = ("past-its-best", "far-samples", "stagnation", "plateau")
"""Rules that say that something is wrong, but not what."""
WEIGHTS = {"alarm": 1.0, "warning": 0.5, "info": 0.25}
OF_SYMPTOMS = 0.25
"""Of these weights, for a rule that names no cause."""


def ranked(found: Iterable[Finding]) -> list[tuple[Finding, Remedy]]:
    """All remedies that settings make, what most speaks for first: bad findings that have it high on their list.

    Of one finding's remedies the order stays. Beside each stands the finding that most speaks for it.
    """
    votes: dict[str, list[tuple[float, Finding, Remedy]]] = {}
    for finding in found:
        weight = WEIGHTS[finding.severity] * (OF_SYMPTOMS if finding.rule in SYMPTOMS else 1.0)
        for place, remedy in enumerate(one for one in finding.remedies if one.changes):
            votes.setdefault(remedy.name, []).append((weight / (1 + place), finding, remedy))
    order = sorted(votes.values(), key=lambda own: -sum(vote for vote, _, _ in own))
    return [max(own, key=lambda vote: vote[0])[1:] for own in order]
