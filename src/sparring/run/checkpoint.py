"""resume.pt: everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch

from . import atomic
from .sentences import brief

FORMAT = 1


def write(path: Path, state: dict[str, Any]) -> None:
    """Save plain values and tensors in one piece. OSError with one sentence if it cannot be done."""
    whole = {"format": FORMAT, **state}
    atomic.write(path, lambda file: torch.save(whole, file))


def read(path: Path) -> dict[str, Any] | None:
    """What `write` saved, on the CPU; None if nothing was saved yet. ValueError for anything else."""
    if not path.exists():
        return None
    if not zipfile.is_zipfile(path):  # torch would read it as its oldest format, with any error at all
        raise ValueError(f"{path} is damaged or no checkpoint")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, ValueError, KeyError, EOFError, IndexError) as error:
        raise ValueError(f"{path} is damaged or no checkpoint: {brief(error)}") from None
    if not isinstance(state, dict) or "format" not in state:
        raise ValueError(f"{path} is no checkpoint of a run")
    if state["format"] != FORMAT:
        raise ValueError(f"{path} has format {state['format']}, and this version of sparring reads {FORMAT}")
    return state
