"""Findings in words: for a terminal, for one line of a log or of the progress display, and for TensorBoard."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from ..run.curves import short
from .findings import Evidence, Finding, Remedy
from .signals import SIGNALS

WIDTH = 100
MARGIN = 10
"""Characters before a paragraph, which hold its name."""
PAGE = "docs/doctor.md"
ORDER = ("alarm", "warning", "info")


def link(finding: Finding) -> str:
    """Where the rule is explained."""
    return f"{PAGE}#{finding.rule}"


def line(finding: Finding) -> str:
    """`warning: the discriminator is too strong`: for the progress display and the log."""
    return f"{finding.severity}: {finding.title[:1].lower()}{finding.title[1:]}"


def number(evidence: Evidence) -> str:
    """`auc is 0.99, above 0.95`: the value against its threshold."""
    told = f"{evidence.signal}, {evidence.what}," if evidence.what else evidence.signal
    return f"{told} is {short(evidence.value)}, {evidence.side} {short(evidence.bound)}"


def meaning(evidence: Evidence) -> str:
    """What the signal is, ready to be put behind its number; empty for what a lint looked at."""
    return f": {SIGNALS[evidence.signal].about}" if evidence.signal in SIGNALS else ""


def when(finding: Finding, now: float, unit: str = "images") -> str:
    """Over which part of the run it held; empty where it was found before the run began."""
    first, last = finding.first_images, finding.last_images
    if not last:
        return ""
    if last < now:
        return f"from {first:,.0f} to {last:,.0f} {unit}, and no longer"
    if first < last:
        return f"since {first:,.0f} {unit}, and still so at {last:,.0f}"
    return f"at {last:,.0f} {unit}, for the first time"


def changes(remedy: Remedy) -> str:
    """Its settings as the command line takes them; empty where it has none."""
    return " ".join(f"--set {change}" for change in remedy.changes)


def terminal(finding: Finding, now: float = 0.0, unit: str = "images") -> str:
    """A finding as paragraphs of plain text. `now` is how far the run has come, in `unit`."""
    parts = [
        f"{finding.severity.upper()}  {finding.title}",
        textwrap.fill(finding.sentence, WIDTH, initial_indent="  ", subsequent_indent="  "),
        paragraph("seen", [when(finding, now, unit)]),
        paragraph("because", [f"{number(one)}{meaning(one)}" for one in finding.evidence], hang=2),
        paragraph("wrong if", [finding.refute]),
        paragraph("try", list(tried(finding.remedies)), hang=3),
        paragraph("more", [link(finding)]),
    ]
    return "\n".join(part for part in parts if part)


def tried(remedies: Iterable[Remedy]) -> Iterator[str]:
    """Remedies with their numbers and settings."""
    for place, remedy in enumerate(remedies, 1):
        begin = " Begin a new run with it." if remedy.from_start else ""
        yield f"{place}. {remedy.sentence}{begin}"
        if remedy.changes:
            yield f"   {changes(remedy)}"


def paragraph(name: str, lines: list[str], hang: int = 0) -> str:
    """Lines beside their name, wrapped; where they go on, they stand so much farther in. Empty where there are none."""
    told, beside = [], " " * (MARGIN + 2)
    for text in filter(None, lines):
        first = beside if told else f"  {name:<{MARGIN}}"
        rest = beside + " " * hang
        told.append(textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False))
    return "\n".join(told)


def markdown(finding: Finding) -> str:
    """A finding for TensorBoard's text page."""
    evidence = [f"- **{number(one)}**{meaning(one)}" for one in finding.evidence]
    remedies = [
        f"{place}. {remedy.sentence}" + (f" `{changes(remedy)}`" if remedy.changes else "")
        for place, remedy in enumerate(finding.remedies, 1)
    ]
    parts = [
        f"### {finding.severity}: {finding.title}",
        finding.sentence,
        "\n".join(evidence),
        f"Wrong if: {finding.refute}",
        "\n".join(remedies),
    ]
    return "\n\n".join(part for part in parts if part)
