"""From a name to a feature network, or to the best one that is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ...settings import nearest
from .classifier import Labelled, classifier
from .effnet import effnet
from .frozen import FrozenNetwork
from .inception_weights import VARIABLE, inception
from .libraries import clip, dinov2
from .pixels import pixels

NAMES = ("auto", "inception", "inception-clean", "effnet-lite0", "dinov2", "clip", "classifier", "pixels")
"""inception resizes as the scores of most papers do, inception-clean as clean-fid does."""


def choose_extractor(
    name: str = "auto", *, device: str = "cpu", weights: Path | None = None, labelled: Labelled | None = None
) -> FrozenNetwork:
    """A frozen feature network by name; `auto` takes the best that needs no download, and its `note` says so.

    `weights`: a file, for inception, dinov2 and clip. `labelled`: the images that `classifier` learns from. The
    order of `auto` is inception, effnet-lite0, classifier, pixels. ValueError or OSError with one sentence for
    unknown names and for weights that cannot be had.
    """
    with torch.random.fork_rng(devices=[]):  # a run that makes one on its way goes on as if it had not
        return automatic(device, weights, labelled) if name == "auto" else named(name, device, weights, labelled)


def named(name: str, device: str, weights: Path | None, labelled: Labelled | None) -> FrozenNetwork:
    """The one that is asked for."""
    made: dict[str, Callable[[], FrozenNetwork]] = {
        "inception": lambda: inception(weights, device),
        "inception-clean": lambda: inception(weights, device, resize="clean"),
        "effnet-lite0": lambda: effnet(device),
        "dinov2": lambda: dinov2(weights, device),
        "clip": lambda: clip(weights, device),
        "classifier": lambda: classifier(labelled, device),
        "pixels": lambda: pixels(device),
    }
    if name not in made:
        raise ValueError(f"There are no features {name!r}; known: {', '.join(NAMES)}.{nearest(name, NAMES)}")
    if weights is not None and name in ("effnet-lite0", "classifier", "pixels"):
        raise ValueError(f"The features {name} take no file of weights; inception, dinov2 and clip do.")
    if weights is not None and not weights.expanduser().is_file():
        raise ValueError(f"There is no file {weights} with weights of {name}.")
    return made[name]()


def automatic(device: str, weights: Path | None, labelled: Labelled | None) -> FrozenNetwork:
    """The first that can be had, and why not those before it."""
    if weights is not None or os.environ.get(VARIABLE):  # whoever says where they are means them
        return inception(weights, device)
    reasons = list[str]()
    tries: list[tuple[str, Callable[[], FrozenNetwork]]] = [
        ("inception", lambda: inception(None, device, download=False)),
        ("effnet-lite0", lambda: effnet(device)),
    ]
    if labelled is not None and labelled.classes:
        tries.append(("classifier", lambda: classifier(labelled, device)))
    for name, make in tries:
        try:
            found = make()
        except (ValueError, OSError) as error:
            reasons.append(f"{name}: {str(error).rstrip('.')}")
        else:
            return replace(found, note=note(found.name, reasons))
    return replace(pixels(device), note=note("pixels", reasons))


def note(name: str, reasons: list[str]) -> str:
    """Which features were chosen, and why no better ones."""
    because = f", the best at hand ({'; '.join(reasons)})" if reasons else ", the best there is"
    return f"Features: {name}{because}."
