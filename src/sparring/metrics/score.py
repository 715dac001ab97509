"""A number about a generator, and everything that must be equal before two such numbers may be compared."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

Better = Literal["lower", "higher", ""]


@dataclass(frozen=True)
class Protocol:
    """How a score was measured."""

    features: str = ""
    """Name of the feature network; empty for metrics that need none."""
    weights: str = ""
    """Hash of its weights."""
    resize: str = ""
    """How images came to its size: filter, size, range."""
    real: int = 0
    """Real samples; 0 for metrics that look at none."""
    fake: int = 0
    """Samples under test."""
    reference: str = ""
    """Fingerprint of the real samples, and which split they are."""
    sources: str = ""
    """Fingerprint of what a translator's samples were made of; empty for others."""
    seed: int = 0
    """Of the choice of samples, of subsets and of noise."""
    settings: tuple[tuple[str, float | int | str], ...] = ()
    """What is the metric's own: k, subsets, splits, ..."""

    def differences(self, other: Protocol) -> list[str]:
        """What differs, as `resize: clean against tf1`; the seed may differ."""
        pairs = [(f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self) if f.name != "seed"]
        return [f"{name}: {shown(mine)} against {shown(theirs)}" for name, mine, theirs in pairs if mine != theirs]


@dataclass(frozen=True)
class Score:
    """One number with its interval, its protocol, and what makes it doubtful.

    `low` and `high` bound the value: a 95% bootstrap interval, or mean minus and plus one standard deviation over
    repeats, as `interval` says; equal to the value where there is no spread to know.
    """

    name: str
    value: float
    better: Better
    protocol: Protocol
    low: float = math.nan
    high: float = math.nan
    interval: str = ""
    warnings: tuple[str, ...] = ()
    each: tuple[float, ...] = field(default=(), compare=False, repr=False)
    """What the value is the mean of, in the samples' order, NaN for those left out; kept in memory alone."""

    def beats(self, other: Score) -> bool:
        """Whether this is the better number. ValueError unless both were measured in the same way."""
        if self.name != other.name:
            raise ValueError(f"{self.name} and {other.name} are different metrics and cannot be compared")
        if found := self.protocol.differences(other.protocol):
            raise ValueError(f"two scores of {self.name} were measured differently: {'; '.join(found)}")
        if not self.better:
            raise ValueError(f"{self.name} has no better end: it is a description")
        return self.value < other.value if self.better == "lower" else self.value > other.value

    def as_json(self) -> dict[str, Any]:
        """Plain values; what is not a number is None, since JSON has no NaN."""
        plain = asdict(replace(self, each=()))
        del plain["each"]
        plain["protocol"]["settings"] = dict(self.protocol.settings)
        plain["warnings"] = list(self.warnings)
        return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in plain.items()}


def from_json(plain: dict[str, Any]) -> Score:
    """The score that `as_json` made this of."""

    def number(key: str) -> float:
        return math.nan if plain[key] is None else float(plain[key])

    facts = dict(plain["protocol"])
    protocol = Protocol(settings=tuple(facts.pop("settings").items()), **facts)
    return Score(
        name=plain["name"],
        value=number("value"),
        better=plain["better"],
        protocol=protocol,
        low=number("low"),
        high=number("high"),
        interval=plain["interval"],
        warnings=tuple(plain["warnings"]),
    )


def shown(value: object) -> str:
    return str(value) if value not in ("", 0, ()) else "none"
