"""One check of something that is known before the first round, and the words around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from ..case import Setup
from ..findings import Claim, Evidence, Finding, Severity
from ..remedies import prescribed

S = TypeVar("S")


@dataclass(frozen=True)
class Lint(Generic[S]):
    """One mistake. `check` looks at a plan, at data or at a pair of networks, and claims that it is made there."""

    id: str
    severity: Severity
    title: str
    refute: str
    remedies: tuple[str, ...]
    """Names in `remedies.REMEDIES`, the first to try first."""
    check: Callable[[S], Claim | None]

    def ask(self, subject: S, setup: Setup) -> Finding | None:
        """The finding, if the mistake is made."""
        claim = self.check(subject)
        if claim is None:
            return None
        return Finding(
            rule=self.id,
            severity=claim.severity or self.severity,
            title=self.title,
            sentence=claim.sentence,
            refute=self.refute,
            evidence=claim.evidence,
            remedies=prescribed(self.remedies, setup),
        )


def found(lints: Iterable[Lint[S]], subject: S, setup: Setup) -> list[Finding]:
    """What these lints find, in their order."""
    return [finding for lint in lints if (finding := lint.ask(subject, setup))]


def says(sentence: str, *evidence: Evidence, severity: Severity | None = None) -> Claim:
    """A claim in words, with numbers where there are any."""
    return Claim(evidence, sentence, severity)


def number(what: str, value: float, bound: float, side: Literal["above", "below"] = "above") -> Evidence:
    """One number against its threshold; `what` says what was counted or measured."""
    return Evidence(what, float(value), float(bound), side)
