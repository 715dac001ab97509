"""The label of a sample, from the small files beside its image."""

from __future__ import annotations

import json
from collections.abc import Mapping

NAMES = ("label", "cls", "class", "class_name", "category", "target")
"""Keys of a JSON file that `auto` takes for the label, in this order."""


def label_of(notes: Mapping[str, bytes], wanted: str) -> str | None:
    """A sample's label; None where it has none.

    `auto` takes the .cls file, else a key of the .json file that is called like a label; `cls`, `txt` and any key
    of the .json file can be asked for by name. .txt is not taken unasked, as it is mostly a caption.
    """
    if wanted == "none":
        return None
    if wanted in ("auto", "cls", "txt") and (wanted if wanted != "auto" else "cls") in notes:
        return text(notes["cls" if wanted == "auto" else wanted])
    for name in NAMES if wanted == "auto" else (wanted,):
        value = attributes(notes).get(name)
        if isinstance(value, bool | int | float | str):
            return word(value)
    return None


def attributes(notes: Mapping[str, bytes]) -> dict[str, object]:
    """The keys of the .json file; empty where there is none or it is damaged."""
    try:
        found = json.loads(notes.get("json", b"{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def text(content: bytes) -> str | None:
    return content.decode("utf-8", "replace").strip() or None


def word(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def in_order(values: list[str]) -> tuple[str, ...]:
    """Class names: numbers by their size, words by the alphabet."""
    if all(value.isdecimal() for value in values):
        return tuple(sorted(values, key=int))
    return tuple(sorted(values))
