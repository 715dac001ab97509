"""findings.json: what the doctor has found in a run, for the report and for whoever reads it next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..run import atomic
from ..settings import from_json, to_json
from .findings import Finding
from .signals import SIGNALS

FORMAT = 1


@dataclass(frozen=True)
class Record:
    """What was known after so many real images."""

    images: float = 0.0
    findings: tuple[Finding, ...] = ()


def write_findings(path: Path, images: float, findings: Iterable[Finding]) -> None:
    """Put the findings at `path` in one piece. OSError with one sentence if that cannot be done."""
    found = list(findings)
    names = {one.signal for finding in found for one in finding.evidence if one.signal in SIGNALS}
    data = {
        "format": FORMAT,
        "images": images,
        "signals": {name: SIGNALS[name].about for name in sorted(names)},  # for readers that cannot ask us
        "findings": [to_json(finding) for finding in found],
    }
    atomic.write_text(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def read_findings(path: Path) -> Record:
    """What was written there; nothing where there is no file. ValueError with one sentence if it is damaged."""
    if not path.exists():
        return Record()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"it has format {data['format']}, and this version reads {FORMAT}")
        return Record(float(data["images"]), tuple(from_json(Finding, one) for one in data["findings"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged; remove it to go on ({error})") from None


def keep(known: dict[str, Finding], held: Iterable[Finding]) -> list[Finding]:
    """Add what holds now to what is known by rule, with when it first held; what is new."""
    new = []
    for finding in held:
        earlier = known.get(finding.rule)
        known[finding.rule] = finding.lasting((earlier or finding).first_images, finding.last_images)
        if not earlier:
            new.append(finding)
    return new
