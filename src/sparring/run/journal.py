"""The journal of a run: one JSON object a line, appended while it goes on.

Kinds of line, told apart by `kind`: `plan` (what is about to happen), `round` (what was measured since the line
before: means by turn and name), `event` (a sentence), `end` (why it stopped). Every line has `images`, the real
images seen so far, and `seconds`, the time of training so far.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from . import atomic

Record = dict[str, Any]


class Lines:
    """An append-only file of JSON lines. A line that a kill cut short is dropped by readers and on reopening."""

    def __init__(self, path: Path):
        self.path = path
        if torn(path):
            rewrite(path, read(path))

    def append(self, record: Record) -> None:
        """Add one line, seen by readers at once. OSError with one sentence on a full disk."""
        with atomic.explained(self.path), open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def sync(self) -> None:
        """Outlast a power cut; called before a checkpoint that counts on these lines."""
        if self.path.exists():
            with atomic.explained(self.path), open(self.path, "ab") as file:
                os.fsync(file.fileno())

    def truncate(self, images: int) -> None:
        """Drop, in one piece, what was written after so many images."""
        if self.path.exists():
            rewrite(self.path, (record for record in read(self.path) if record.get("images", 0) <= images))


def read(path: Path) -> Iterator[Record]:
    """The records of a JSON lines file; none if there is no file. A torn last line is not an error.

    ValueError with the line's number if another line is damaged.
    """
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError
        except ValueError:
            if number == len(lines) and not line.endswith(b"\n"):
                return
            raise ValueError(f"line {number} of {path} is damaged; remove it to go on") from None
        yield record


def torn(path: Path) -> bool:
    """Whether the last line was cut short."""
    if not path.exists() or not path.stat().st_size:
        return False
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def rewrite(path: Path, records: Iterable[Record]) -> None:
    atomic.write_text(path, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
