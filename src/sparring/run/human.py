"""A study of people's eyes on disk: the page that raters open, and the key that they must not see."""

from __future__ import annotations

from pathlib import Path

from ..metrics.human.page import Study
from . import atomic

PAGE, KEY = "human.html", "human.key.json"


def write_study(study: Study, folder: Path) -> tuple[Path, Path]:
    """Put page and key into the folder, and give their paths.

    ValueError where another study's key is there already, as answers to it would be lost; OSError with one sentence if
    they cannot be written.
    """
    page, key = folder / PAGE, folder / KEY
    with atomic.explained(key):
        folder.mkdir(parents=True, exist_ok=True)
        if key.is_file() and key.read_text("utf-8") != study.key:
            raise ValueError(f"{key} belongs to another study; choose another folder, or remove it and its answers")
    atomic.write_text(key, study.key)
    atomic.write_text(page, study.html)
    return page, key
