"""A rule: a function that asks for signals by the names of its parameters, and the words around it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from .case import Case
from .findings import Claim, Finding, Severity
from .remedies import prescribed
from .signals import SIGNALS

Check = Callable[..., Claim | None]
GIVEN = ("setup", "now")


@dataclass(frozen=True)
class Rule:
    """One illness.

    `check` names what it needs as parameters: `setup`, `now`, and signals (`Series`). It is only asked when all
    signals without a default are there with at least one value; a signal with the default None may be missing.
    """

    id: str
    severity: Severity
    title: str
    sentence: str
    refute: str
    remedies: tuple[str, ...]
    """Names in `remedies.REMEDIES`, the first to try first."""
    check: Check
    consequence_of: tuple[str, ...] = ()
    """Rules whose alarms explain this illness; beside one of them it is worth knowing, and not to be treated."""
    early: bool = False
    """Asked during the warm-up too: the condition can never be right."""
    wanted: tuple[tuple[str, bool], ...] = field(init=False)
    """(signal, whether it may be missing)."""

    def __post_init__(self) -> None:
        parameters = inspect.signature(self.check).parameters.values()
        strange = [p.name for p in parameters if p.name not in SIGNALS and p.name not in GIVEN]
        assert not strange, f"rule {self.id} asks for {strange}, which no signal is called"
        wanted = tuple((p.name, p.default is not p.empty) for p in parameters)
        object.__setattr__(self, "wanted", wanted)

    def answerable(self, case: Case) -> bool:
        """Whether all signals are there that it needs."""
        needed = (name for name, optional in self.wanted if not optional and name not in GIVEN)
        return all(len(case.series.get(name, ())) for name in needed)

    def ask(self, case: Case) -> Finding | None:
        """The finding, if the rule holds at the end of what is known."""
        now = case.now
        if now.warm and not self.early:
            return None
        given: dict[str, object] = {}
        for name, optional in self.wanted:
            if name in GIVEN:
                given[name] = case.setup if name == "setup" else now
            elif name in case.series and len(case.series[name]):
                given[name] = case.series[name]
            elif not optional:
                return None
        claim = self.check(**given)
        if claim is None:
            return None
        return Finding(
            rule=self.id,
            severity=claim.severity or self.severity,
            title=self.title,
            sentence=claim.sentence or self.sentence,
            refute=self.refute,
            evidence=claim.evidence,
            remedies=prescribed(self.remedies, case.setup),
            first_images=now.images,
            last_images=now.images,
        )


def examine(case: Case, rules: Iterable[Rule]) -> list[Finding]:
    """What holds now, the worst first."""
    order: dict[Severity, int] = {"alarm": 0, "warning": 1, "info": 2}
    asked = [(rule, finding) for rule in rules if (finding := rule.ask(case))]
    alarms = {finding.rule for _, finding in asked if finding.severity == "alarm"}
    found = [
        replace(finding, severity="info", remedies=()) if alarms.intersection(rule.consequence_of) else finding
        for rule, finding in asked
    ]
    return sorted(found, key=lambda finding: order[finding.severity])


def replay(case: Case, rules: Iterable[Rule], moments: Iterable[float]) -> list[Finding]:
    """Everything that held at any of these moments (rounds), with when it first and last did; the newest words."""
    known: dict[str, Finding] = {}
    rules = tuple(rules)
    for moment in moments:
        for finding in examine(case.until(moment), rules):
            first = known[finding.rule].first_images if finding.rule in known else finding.first_images
            known[finding.rule] = finding.lasting(first, finding.last_images)
    return list(known.values())
