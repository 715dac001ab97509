"""A bundle: weights in a .safetensors file whose header says what they are, how they came about and whom to name."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from ..recipes.recipe import Recipe
from ..settings import from_json, settings, to_json
from . import atomic

FORMAT = 1
KEY = "sparring"  # of the JSON text in the file's header


@settings
class Trained:
    """How weights came about."""

    images: int = 0
    """Real images the critic was shown."""
    seconds: float = 0.0
    """Time of training, over all resumes."""
    seed: int = 0
    """Of weights, noise and the order of the data."""
    data: str = ""
    """Name of the data set."""
    fingerprint: str = ""
    """Of the data and its preparation."""
    version: str = ""
    """Of this program."""


@settings
class Card:
    """All that a bundle says about its weights."""

    recipe: Recipe
    """The whole configuration. The path of a folder of data is shortened to its name."""
    shape: tuple[int, ...]
    """Of one sample: channels, height, width; or dimensions of a point."""
    format: int = FORMAT
    """Version of this description."""
    kind: str = "synthesizer"
    """What can be done with the weights."""
    classes: tuple[str, ...] = ()
    """Names of the labels; empty where there are none."""
    weights: str = "ema"
    """ema (averaged over training) or raw (the last step's)."""
    trained: Trained = Trained()
    """How the weights came about."""
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    """Measured quality by metric."""
    licence: str = ""
    """Of the data; empty = unknown."""
    credit: str = ""
    """Whom to name for the data."""
    card: str = ""
    """A few sentences for people."""


def save_bundle(path: Path, tensors: dict[str, Tensor], card: Card) -> None:
    """Write weights and their card in one piece. OSError with one sentence if it cannot be done."""
    card = dataclasses.replace(card, recipe=portable(card.recipe))
    # The format knows no strides and no shared memory.
    plain = {name: t.detach().cpu().clone(memory_format=torch.contiguous_format) for name, t in tensors.items()}
    header = {"format": "pt", KEY: json.dumps(to_json(card), ensure_ascii=False)}
    atomic.write_bytes(path, safetensors.torch.save(plain, header))


def read_bundle(path: Path) -> tuple[dict[str, Tensor], Card]:
    """Weights by name, and their card. ValueError with one sentence for anything that is not a bundle."""
    card = read_card(path)
    try:
        return safetensors.torch.load_file(path), card
    except safetensors.SafetensorError as error:
        raise ValueError(f"{path} is damaged: {error}") from None


def read_card(path: Path) -> Card:
    """The card alone, without reading the weights. ValueError with one sentence for what is not a bundle."""
    if not path.is_file():
        raise ValueError(f"there is no bundle at {path}")
    try:
        with safetensors.safe_open(path, "pt") as file:
            header = file.metadata() or {}
    except (safetensors.SafetensorError, ValueError) as error:
        raise ValueError(f"{path} is not a safetensors file, or it is damaged: {error}") from None
    if KEY not in header:
        raise ValueError(f"{path} is a safetensors file without a description of its network, so it is no bundle")
    try:
        data: Any = json.loads(header[KEY])
        check_format(data)
        return from_json(Card, data)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"the description in {path} cannot be read: {error}") from None


def check_format(data: Any) -> None:
    """A file from a later version says so before its unknown fields confuse."""
    if not isinstance(data, dict):
        raise ValueError("it is not a JSON object")
    if isinstance(data.get("format"), int) and data["format"] > FORMAT:
        raise ValueError(f"it has format {data['format']}, and this version of sparring reads {FORMAT}; update it")


def portable(recipe: Recipe) -> Recipe:
    """The recipe without the place of the data on its maker's disk, which is nobody's business."""
    data = recipe.data
    labels = data.labels if placeless(data.spec) else last_name(data.labels)
    data = dataclasses.replace(
        data,
        spec=without_place(data.spec),
        source=without_place(data.source),
        source_things=without_place(data.source_things),
        labels=labels,
    )
    return recipe if data == recipe.data else dataclasses.replace(recipe, data=data)


def without_place(spec: str) -> str:
    return spec if placeless(spec) else last_name(spec)


def placeless(spec: str) -> bool:
    """Whether these words name data without saying where a folder lies."""
    here = "/" in spec or "\\" in spec
    return "://" in spec or not here or spec.startswith(("builtin:", "torchvision:", "hf:"))


def last_name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
