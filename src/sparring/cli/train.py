"""`sparring train`: from a folder of images to a report."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..run.prepare import Wish

Open = tyro.conf.arg(metavar="N", help_behavior_hint="")


@dataclass(frozen=True)
class Train:
    """Train on your own images, or on a built-in set, and write a report.

    Without a recipe one is chosen from the data. Ctrl-C finishes the round, saves, and says how to go on.
    """

    recipe: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[RECIPE]", help_behavior_hint="")] = ""
    """One of `sparring recipes`; chosen from the data if left out."""
    data: Annotated[str, tyro.conf.arg(metavar="SPEC", help_behavior_hint="")] = ""
    """A folder, builtin:NAME, torchvision:NAME, hf:NAME, or tar shards; only -toy recipes bring their own."""
    source: Annotated[str, tyro.conf.arg(metavar="SPEC", help_behavior_hint="")] = ""
    """What to translate from, to make such data: gray, edges, mask or low:4 of each image, left or right (half of
    each picture), or another data set."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR", help_behavior_hint="")] = ""
    """Folder of the run, which must not exist yet; runs/RECIPE-DATA-NNN if left out."""
    images: Annotated[int | None, Open] = None
    """Real images the critic is shown; as the recipe says if left out."""
    budget: Annotated[str, tyro.conf.arg(metavar="30m", help_behavior_hint="")] = ""
    """Instead of --images: a time such as 90s, 30m or 8h, that size, width, batch and recipe are made to fit."""
    batch: Annotated[int | None, tyro.conf.arg(metavar="B", help_behavior_hint="")] = None
    """Images per update."""
    size: Annotated[int | None, tyro.conf.arg(metavar="PX", help_behavior_hint="")] = None
    """Side of the images in pixels; chosen from data and device if left out."""
    seed: Annotated[int | None, tyro.conf.arg(metavar="S", help_behavior_hint="")] = None
    """Seed of weights, noise and the order of the data (default: 0)."""
    device: Annotated[str, tyro.conf.arg(metavar="auto|cpu|cuda|mps")] = "auto"
    """What to compute on."""
    precision: Annotated[str, tyro.conf.arg(metavar="auto|fp32|bf16|fp16")] = "auto"
    """Numbers to compute with; auto measures."""
    set: Annotated[
        tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="PATH=VALUE", help_behavior_hint="")
    ] = ()
    """Change any setting of the recipe (`sparring recipes NAME` shows them); several may follow."""
    autopilot: bool = False
    """On an alarm go back to when the run was healthy, change what the doctor says, and go on from there."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Start a run and play it; returns the exit status."""
    began = time.monotonic()
    flags = parse(Train, arguments, "sparring train")
    voice = Voice(flags.json)
    budget = check(flags)
    from ..run.folder import RunFolder
    from ..run.prepare import prepare
    from ..run.setting_up import restarted
    from .going import go_on, play
    from .packing import packing

    if restarted() and RunFolder(Path(flags.out)).is_run:
        return go_on(Path(flags.out), voice)
    if flags.out:
        RunFolder(Path(flags.out)).refuse_taken()

    def left() -> float:
        return (budget or 0.0) - (time.monotonic() - began)

    with packing(voice) as progress:
        prepared = prepare(wish_of(flags, budget), left=left if budget else None, progress=progress)
    out = Path(flags.out) if flags.out else free_folder(prepared.recipe.name, prepared.recipe.data.spec)
    return play(prepared, out, voice, left if budget else None, flags.autopilot)


def check(flags: Train) -> float | None:
    """Refuse what can be refused at once, before anything slow is imported. Returns the budget in seconds."""
    if flags.images is not None and flags.budget:
        raise ValueError("--images and --budget both say how long to train; give one of them")
    for name in ("images", "batch", "size"):
        value = getattr(flags, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name} must be at least 1, and is {value}")
    if flags.recipe and looks_like_data(flags.recipe):
        raise ValueError(f"{flags.recipe!r} is no recipe but looks like data; write --data {flags.recipe}")
    if os.environ.get("WORLD_SIZE", "1") != "1" and not flags.out:
        raise ValueError("several processes need to agree on the folder of the run: say --out")
    if not flags.budget:
        return None
    from ..run.budget import seconds_of

    return seconds_of(flags.budget)


def looks_like_data(text: str) -> bool:
    return text.startswith(("builtin:", "torchvision:", "hf:", ".", "~")) or "/" in text or Path(text).is_dir()


def wish_of(flags: Train, budget: float | None) -> Wish:
    from ..run.prepare import Wish

    return Wish(
        recipe=flags.recipe,
        data=flags.data,
        source=flags.source,
        images=flags.images,
        batch=flags.batch,
        size=flags.size,
        seed=flags.seed,
        device=flags.device,
        precision=flags.precision,
        settings=flags.set,
        budget_seconds=budget,
    )


def free_folder(name: str, spec: str) -> Path:
    """The first of runs/NAME-DATA-001, -002, ... that does not exist."""
    data = re.sub(r"[^A-Za-z0-9]+", "-", spec.rstrip("/").rsplit("/", 1)[-1].removeprefix("builtin:"))
    stem = f"{name}-{data.strip('-')[:40] or 'data'}"
    number = 1
    while (path := Path("runs") / f"{stem}-{number:03d}").exists():
        number += 1
    return path
