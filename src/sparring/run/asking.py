"""Asking people: a folder with a page for raters and its key, into which their answers come back."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ..metrics.human.answers import Opinion, read_answers
from ..metrics.human.page import CHECKS, TRIALS, study_of
from . import atomic
from .evaluating import Steps
from .opposing import sides_of
from .sides import AnySet, Task

PAGE, KEY = "page.html", "key.json"
LARGE = 256  # pixels; smaller images are enlarged by a whole factor up to here


def ask(task: Task, folder: Path, steps: Steps) -> Path:
    """Write the page and its key into a new folder, and return where the page is.

    Held-out images are shown where there are enough, since people may know the training images. ValueError or OSError
    with one sentence where there is nothing to show, or the folder holds something else.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} holds something else; a study needs a folder of its own")
    sides = sides_of(task, lambda done, total: steps("Packing", done, total))
    real = sides.held_out if sides.held_out and sides.held_out.count >= TRIALS + CHECKS else sides.real
    if real is None or len(real.shape) != 3:
        raise ValueError("people compare images, and these are points")
    pictures = [some(one, TRIALS + CHECKS, task.seed) for one in (real, sides.fake)]
    enlarge = max(1, LARGE // max(real.shape[1:]))
    study = study_of(*pictures, enlarge=enlarge, seed=task.seed)
    with atomic.explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    atomic.write_text(folder / KEY, study.key)
    atomic.write_text(folder / PAGE, study.html)
    return folder / PAGE


def some(images: AnySet, count: int, seed: int) -> Tensor:
    """At most `count` of them, chosen by the seed."""
    rows = torch.randperm(images.count, generator=torch.Generator().manual_seed(seed))[:count].tolist()
    return torch.cat([images.read(row, row + 1)[0] for row in rows])


def is_study(folder: Path) -> bool:
    return (folder / KEY).is_file()


def answered(folder: Path) -> Opinion:
    """What the raters say whose files lie beside the key. ValueError while there are none, or for damaged ones."""
    sheets = sorted(file for file in folder.glob("*.json") if file.name != KEY)
    if not sheets:
        raise ValueError(
            f"there are no answers in {folder} yet: send raters {folder / PAGE} (and never {KEY}), and put the files "
            "that they send back into the folder"
        )
    return read_answers(sheets, folder / KEY)
