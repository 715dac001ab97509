"""What the doctor found, in the report: each finding with its numbers, their courses, and what to try."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from .curves import ABSURD, chart, short

SEVERITIES = ("alarm", "warning", "info")
PAGE = "docs/doctor.md"


def told(file: Path) -> str:
    """The section, from findings.json; empty text where no doctor has looked.

    A file that cannot be read is no reason to have no report: it is told in one sentence.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return everything(float(data["images"]), data["findings"], data.get("signals", {}))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return f"<p>{escape(file.name)} cannot be read; <code>sparring doctor</code> examines the run anew.</p>"


def everything(images: float, findings: list[dict[str, Any]], signals: Mapping[str, str]) -> str:
    """What is wrong now, the worst first; folded away what is only worth knowing, and what no longer holds."""
    now, known, past = list[str](), list[str](), list[str]()
    for one in sorted(findings, key=lambda one: SEVERITIES.index(one["severity"])):
        holds, ill = float(one["last_images"]) >= images, one["severity"] != "info"
        (past if not holds else now if ill else known).append(finding(one, images, signals))
    parts = now or [f"<p>After {images:,.0f} images nothing speaks of trouble.</p>"]
    for title, folded in (("Worth knowing", known), ("Earlier, and no longer", past)):
        if folded:
            parts.append(
                f"<details><summary>{title} <small>({len(folded)})</small></summary>{''.join(folded)}</details>"
            )
    return "".join(parts)


def finding(one: dict[str, Any], images: float, signals: Mapping[str, str]) -> str:
    """One finding with everything that belongs to it."""
    first, last, severity = float(one["first_images"]), float(one["last_images"]), str(one["severity"])
    until = "and still so" if last >= images else f"until {last:,.0f}, and no longer"
    numbers = "".join(f"<li>{number(evidence, signals)}</li>" for evidence in one["evidence"])
    courses = "".join(course(evidence, (first, last)) for evidence in one["evidence"])
    remedies = "".join(remedy(step) for step in one["remedies"])
    return "".join(
        (
            f'<div class="finding {escape(severity)}"><h3><span>{escape(severity)}</span>{escape(one["title"])}</h3>',
            f"<p>{escape(one['sentence'])}</p>",
            f'<p class="soft">Since {first:,.0f} images, {until}.</p>',
            f"<ul>{numbers}</ul>" if numbers else "",
            f'<div class="charts">{courses}</div>' if courses else "",
            f"<p>Refuted by: {escape(one['refute'])}</p>",
            f"<p>Try, one at a time:</p><ol>{remedies}</ol>" if remedies else "",
            f'<p class="soft">More: {PAGE}#{escape(one["rule"])}</p></div>',
        )
    )


def number(evidence: dict[str, Any], signals: Mapping[str, str]) -> str:
    """The value against its threshold, and what it is."""
    name, what = str(evidence["signal"]), evidence.get("what")
    value, bound = short(float(evidence["value"])), short(float(evidence["bound"]))
    meaning = f": {signals[name]}" if name in signals else ""
    return escape(f"{name}{f', {what},' if what else ''} is {value}, {evidence['side']} {bound}{meaning}")


def course(evidence: dict[str, Any], held: tuple[float, float]) -> str:
    """The signal over the run, with the threshold where it is of the signal's kind."""
    points = [(float(x), float(y)) for x, y in evidence["points"]]
    bound = float(evidence["bound"])
    guide = None if evidence.get("what") or abs(bound) > ABSURD else bound
    return chart(str(evidence["signal"]), {str(evidence["signal"]): points}, guide=guide, shade=held)


def remedy(one: dict[str, Any]) -> str:
    """What to do, and its settings as the command line takes them."""
    begin = " Begin a new run with it." if one.get("from_start") else ""
    lines = "\n".join(f"--set {shlex.quote(str(change))}" for change in one["changes"])
    return f"<li>{escape(one['sentence'] + begin)}{f'<pre>{escape(lines)}</pre>' if lines else ''}</li>"
