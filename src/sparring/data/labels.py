"""Label files: CSV, JSON and JSON lines that say which image shows what."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .images import extensions

SPEC = re.compile(r"^(?P<file>.+\.(?:csv|tsv|jsonl?|ndjson))(?::(?P<column>[^/\\]+))?$", re.IGNORECASE)
PATHS = ("path", "file", "filename", "file_name", "filepath", "file_path", "image", "image_id", "img", "name", "id")
LABELS = ("label", "labels", "class", "category", "target", "class_name")


@dataclass(frozen=True)
class LabelTable:
    """What a label file says: one value per path, in the file's order."""

    file: Path
    column: str
    values: dict[str, str]  # path as written, with / between folders -> label; empty = no label given


def is_label_file(labels: str) -> bool:
    """Whether the setting `labels` names a file rather than an attribute."""
    return SPEC.match(labels) is not None


def read_labels(labels: str, folder: Path) -> LabelTable:
    """Read FILE.csv|tsv|json|jsonl[:COLUMN]; the file may lie in the folder of images or anywhere.

    JSON may be a list of objects, {path: label}, or {"labels": [[path, class], ...]}. Without COLUMN, a column
    named `label`, `class`, `category` or `target` is taken, or the only one beside the path.
    ValueError or OSError with one sentence where the file does not say it clearly.
    """
    match = SPEC.match(labels)
    assert match, labels
    file = find(match["file"], folder)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"The label file {file} is not UTF-8 text; save it as UTF-8.") from None
    records = from_table(text) if file.suffix.lower() in (".csv", ".tsv") else from_json_text(text, file)
    if not records:
        raise ValueError(f"The label file {file} lists no images.")
    path_column = choose_path(records, file)
    column = choose_label(records, path_column, match["column"], file)
    return LabelTable(file, column, collect(records, path_column, column, file))


def find(name: str, folder: Path) -> Path:
    """The file as it is named, or in the folder. ValueError if it is in neither."""
    for place in (Path(name).expanduser(), folder / name):
        if place.is_file():
            return place
    raise ValueError(f"There is no label file {name}, neither here nor in {folder}.")


def from_table(text: str) -> list[Mapping[str, object]]:
    """Rows of a CSV; without a header the columns are called 1, 2, ..."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(cell.strip() for cell in row)]
    if not rows:
        return []
    if any(PurePosixPath(cell).suffix.lower() in extensions() for cell in rows[0]):
        header = [str(i + 1) for i in range(len(rows[0]))]
    else:
        header, rows = [cell.strip() for cell in rows[0]], rows[1:]
    return [dict(zip(header, row, strict=False)) for row in rows]


def from_json_text(text: str, file: Path) -> list[Mapping[str, object]]:
    try:
        if file.suffix.lower() != ".json":
            return objects([json.loads(line) for line in text.splitlines() if line.strip()], file)
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"The label file {file} is not valid JSON: {error}.") from None
    if isinstance(data, dict):
        inner = data.get("labels", data)
        if isinstance(inner, dict):
            return [{"path": path, "label": label} for path, label in inner.items()]
        data = inner
    return objects(data or [], file)


def objects(data: object, file: Path) -> list[Mapping[str, object]]:
    rows = data if isinstance(data, list) else [data]
    if all(isinstance(row, list) and len(row) == 2 for row in rows):
        return [{"path": path, "label": label} for path, label in rows]
    if all(isinstance(row, dict) for row in rows):
        return rows
    raise ValueError(f"The label file {file} must hold objects with a path and a label, or [path, label] pairs.")


def choose_path(records: Sequence[Mapping[str, object]], file: Path) -> str:
    columns = list(records[0])
    for name in columns:
        if PurePosixPath(str(records[0][name])).suffix.lower() in extensions():
            return name
    for name in columns:
        if name.strip().lower() in PATHS:
            return name
    raise ValueError(f"The label file {file} has no column of image paths, only {', '.join(columns)}.")


def choose_label(records: Sequence[Mapping[str, object]], path: str, wanted: str | None, file: Path) -> str:
    columns = [name for name in records[0] if name != path]
    if wanted is not None:
        if wanted in columns:
            return wanted
        raise ValueError(f"The label file {file} has no column {wanted!r}; it has {', '.join(columns)}.")
    named = [name for name in columns if name.strip().lower() in LABELS]
    if named or len(columns) == 1:
        return (named or columns)[0]
    if not columns:
        raise ValueError(f"The label file {file} has no column beside {path!r}.")
    raise ValueError(
        f"The label file {file} has several columns; write {file.name}:COLUMN with one of {', '.join(columns)}."
    )


def collect(records: Iterable[Mapping[str, object]], path_column: str, column: str, file: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    for record in records:
        raw = record.get(column)
        path = str(record.get(path_column, "")).strip().replace("\\", "/")
        label = "" if raw is None else str(raw).strip()
        if values.setdefault(path, label) != label:
            raise ValueError(f"The label file {file} names {path} twice, as {values[path]!r} and as {label!r}.")
    return values


def match_images(table: LabelTable, names: Sequence[str], folder: Path) -> tuple[dict[str, str], list[str]]:
    """Labels by image name, and the paths of the file that are no image of the folder.

    A path may be relative to the folder or to the label file, absolute, or just a file name, with or without
    its ending, that occurs once.
    """
    known = set(names)
    short = unique({name: PurePosixPath(name).name for name in names})
    stems = unique({name: PurePosixPath(name).stem for name in names})
    found: dict[str, str] = {}
    missing: list[str] = []
    for path, label in table.values.items():
        candidates = (plain(path), below(table.file.parent / path, folder), short.get(path, ""), stems.get(path, ""))
        name = next((c for c in candidates if c in known), None)
        if name is None:
            missing.append(path)
        elif label:
            found[name] = label
    return found, missing


def plain(path: str) -> str:
    return str(PurePosixPath(path))


def below(path: Path, folder: Path) -> str:
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except (ValueError, OSError):
        return ""


def unique(keys: Mapping[str, str]) -> dict[str, str]:
    """From key back to name, for the keys that belong to one name only."""
    back: dict[str, str] = {}
    twice: set[str] = set()
    for name, key in keys.items():
        if back.setdefault(key, name) != name:
            twice.add(key)
    return {key: name for key, name in back.items() if key not in twice}
