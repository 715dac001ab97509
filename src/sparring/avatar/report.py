"""What became of many photos: one line of JSON each as it is done, and a table at the end."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from ..run import atomic
from ..settings import from_json, settings, to_json
from .result import Result
from .settings import AvatarSettings

LINES, TABLE = "report.jsonl", "report.csv"
COLUMNS = ("photo", "status", "message", "faces", "made", "warnings", "seconds", "files")


@settings
class Row:
    """What became of one photo."""

    photo: str
    """Its path below the folder that was given."""
    key: str
    """Changes with the photo's bytes, time of change, and every choice."""
    status: str
    """As in `result.Status`, or unreadable."""
    message: str = ""
    files: tuple[str, ...] = ()
    """What was written for it, below the folder of the report."""
    found: int = 0
    """Faces in the photo."""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    faces: tuple[dict[str, Any], ...] = ()
    """Of each face its status, scores, warnings and place."""

    @property
    def done(self) -> bool:
        return self.status == "done"


def row_of(photo: str, key: str, result: Result, files: tuple[str, ...], seconds: float) -> Row:
    """Of a photo that could be read."""
    faces = tuple(face.facts() for face in result.faces)
    warnings = (*result.warnings, *(word for face in result.faces for word in face.warnings))
    return Row(photo, key, result.status, result.message, files, result.found, round(seconds, 2), warnings, faces)


def key_of(photo: Path, style: str, choices: AvatarSettings, *others: object) -> str:
    """What an unchanged photo under unchanged choices has again: from its size, its time of change, and the choices."""
    state = photo.stat()
    told = json.dumps([state.st_size, state.st_mtime_ns, style, to_json(choices), [str(one) for one in others]])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


class Report:
    """The report in a folder; rows of earlier calls stay, the last one of a photo counts."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rows = dict[str, Row]()
        if (folder / LINES).is_file():
            for line in (folder / LINES).read_text(encoding="utf-8").splitlines():
                if row := parsed(line):
                    self.rows[row.photo] = row

    def add(self, row: Row) -> None:
        """Write one row at once, so that a killed call loses nothing. OSError where it cannot be written."""
        self.rows[row.photo] = row
        with atomic.explained(self.folder / LINES):
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / LINES).open("a", encoding="utf-8") as file:
                file.write(json.dumps(to_json(row), ensure_ascii=False) + "\n")

    def kept(self, photo: str, key: str) -> bool:
        """Whether this photo is done already, with the same choices, and what was made is still there."""
        row = self.rows.get(photo)
        if row is None or row.key != key or row.status == "unreadable":
            return False
        return all((self.folder / name).is_file() for name in row.files)

    def close(self) -> None:
        """Write the table for spreadsheets. OSError with one sentence where that cannot be done."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in sorted(self.rows.values(), key=lambda one: one.photo):
            made = sum(face["status"] == "done" for face in row.faces)
            words = " ".join(row.warnings)
            cells = (row.photo, row.status, row.message, row.found, made, words, row.seconds, " ".join(row.files))
            table.writerow([plain(cell) for cell in cells])
        atomic.write_text(self.folder / TABLE, text.getvalue())


def plain(cell: object) -> object:
    """A name that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell


def parsed(line: str) -> Row | None:
    """A row of a report; None for a line that was cut off, or that another version wrote."""
    try:
        return from_json(Row, json.loads(line))
    except ValueError:
        return None
