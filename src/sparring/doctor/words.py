"""Findings in words: for a terminal, for one line of a log or of the progress display, and for TensorBoard."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from ..run.curves import short
from .case import Case
from .findings import Evidence, Finding, Remedy
from .signals import SIGNALS

WIDTH = 100
MARGIN = 12
"""Characters before a paragraph, which hold its name."""
PAGE = "docs/doctor.md"
ORDER = ("alarm", "warning", "info")
HEALTHY = {
    "auc": " (0.5 is guessing, 1 is certainty)",
    "generator_gradient": " (near 0 it is told nothing)",
    "memory_gap": " (0.3 is much)",
    "distance": "",
    "diversity": "",
    "coverage": "",
}
"""Signals that say of a healthy run that it is one, and what else there is to say of their numbers."""


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


def begun(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]


def holds(finding: Finding, now: float) -> bool:
    """Whether it still does; what was found before the first round always does."""
    return finding.last_images >= now or not finding.last_images


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
    return " ".join(f"--set {shlex.quote(change)}" for change in remedy.changes)


def terminal(finding: Finding, now: float = 0.0, unit: str = "images", most: int = 99) -> str:
    """A finding as paragraphs of plain text, with so many remedies at most. `now` is how far the run has come."""
    parts = [
        f"{finding.severity.upper()}  {finding.title}",
        textwrap.fill(finding.sentence, WIDTH, initial_indent="  ", subsequent_indent="  "),
        paragraph("seen", [when(finding, now, unit)]),
        paragraph("because", [f"{number(one)}{meaning(one)}" for one in finding.evidence], hang=2),
        paragraph("refuted by", [begun(finding.refute)]),
        paragraph("try", list(tried(finding.remedies, most)), hang=3),
        paragraph("more", [link(finding)]),
    ]
    return "\n".join(part for part in parts if part)


def tried(remedies: Sequence[Remedy], most: int) -> Iterator[str]:
    """Remedies with their numbers and settings."""
    for place, remedy in enumerate(remedies[:most], 1):
        begin = " Begin a new run with it." if remedy.from_start else ""
        yield f"{place}. {remedy.sentence}{begin}"
        if remedy.changes:
            yield f"   {changes(remedy)}"
    if len(remedies) > most:
        yield f"({len(remedies) - most} more: --all)"


def in_short(finding: Finding) -> str:
    """A finding that is only worth knowing, in a line or two."""
    told = f"- {finding.title}: {'; '.join(map(number, finding.evidence)) or finding.sentence}"
    return textwrap.fill(told, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)


def paragraph(name: str, lines: list[str], hang: int = 0) -> str:
    """Lines beside their name, wrapped; where they go on, they stand so much farther in. Empty where there are none."""
    told, beside = [], " " * (MARGIN + 2)
    for text in filter(None, lines):
        first = beside if told else f"  {name:<{MARGIN}}"
        rest = beside + " " * hang
        if text.startswith(" "):  # a command stays in one line, to be copied
            told.append(first + text)
            continue
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
        f"Refuted by: {finding.refute}",
        "\n".join(remedies),
    ]
    return "\n\n".join(part for part in parts if part)


def healthy(case: Case) -> str:
    """Numbers of a run in which nothing was found: median over the newest part of it."""
    lines = []
    for name, more in HEALTHY.items():
        values = case.series[name].since(case.now.start, least=3) if name in case.series else None
        if values is not None and np.isfinite(values.median):
            lines.append(f"{name} is {short(values.median)}: {SIGNALS[name].about}{more}")
    return paragraph("because", lines, hang=2)
