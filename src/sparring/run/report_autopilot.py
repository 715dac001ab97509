"""The report's section on what the autopilot did: read from autopilot.jsonl as plain JSON."""

from __future__ import annotations

from html import escape
from pathlib import Path

from .journal import Record, read


def told(file: Path) -> str:
    """All that was tried, in order; empty where there was no autopilot."""
    records = list(read(file))
    if not records:
        return ""
    steps = [step(record) for record in records if record["kind"] in ("treat", "treated", "refused", "gave up")]
    if not steps:
        return "<p>It had nothing to do.</p>"
    return f"<ol>{''.join(f'<li>{one}</li>' for one in steps)}</ol>"


def step(record: Record) -> str:
    """What one line of the story says."""
    if record["kind"] != "treat":
        return escape(f"{record['sentence'][:1].upper()}{record['sentence'][1:]}.".replace("..", "."))
    finding, remedy = record["finding"], record["remedy"]
    settings = " ".join(f"--set {change}" for change in remedy["changes"])
    return (
        f"After {record['images']:,} images: <b>{escape(finding['title'])}</b>. {escape(finding['sentence'])} "
        f"To be tried: {escape(remedy['sentence'])} <code>{escape(settings)}</code>"
    )
