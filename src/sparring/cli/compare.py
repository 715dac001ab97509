"""`sparring compare`: several recipes, or one without each of its techniques, under one budget."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..run.compare import Comparison, Question, Row

Open = tyro.conf.arg(metavar="N", help_behavior_hint="")


@dataclass(frozen=True)
class Compare:
    """Train several recipes under one budget with several seeds, and write a table with spread and a picture.

    Called again with the same --out and the same question it goes on where it stopped.
    """

    recipes: Annotated[
        tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RECIPE...", help_behavior_hint="")
    ] = ()
    """Some of `sparring recipes`; one alone with --ablate."""
    data: Annotated[str, tyro.conf.arg(metavar="SPEC", help_behavior_hint="")] = ""
    """As in `sparring train`; only -toy recipes bring their own."""
    seeds: Annotated[int, tyro.conf.arg(metavar="N")] = 3
    """Runs of each, with seeds from 0."""
    budget: Annotated[str, tyro.conf.arg(metavar="2m", help_behavior_hint="")] = ""
    """Time that each run trains, such as 90s, 30m or 8h; measuring and compiling are not counted."""
    images: Annotated[int | None, Open] = None
    """Instead of --budget: real images that each run is shown."""
    ablate: Annotated[str, tyro.conf.arg(metavar="r1,ema,...|all", help_behavior_hint="")] = ""
    """Techniques of the one recipe to switch off, one at a time."""
    batch: Annotated[int | None, tyro.conf.arg(metavar="B", help_behavior_hint="")] = None
    """Images per update; each recipe's own if left out."""
    size: Annotated[int | None, tyro.conf.arg(metavar="PX", help_behavior_hint="")] = None
    """Side of the images in pixels."""
    device: Annotated[str, tyro.conf.arg(metavar="auto|cpu|cuda|mps")] = "auto"
    """What to compute on."""
    precision: Annotated[str, tyro.conf.arg(metavar="auto|fp32|bf16|fp16")] = "auto"
    """Numbers to compute with; auto measures."""
    set: Annotated[
        tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="PATH=VALUE", help_behavior_hint="")
    ] = ()
    """Change a setting of every recipe; several may follow."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR", help_behavior_hint="")] = ""
    """Folder of the comparison; runs/compare-DATA-NNN if left out."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Play what is not played yet and tell the answer; returns the exit status."""
    flags = parse(Compare, arguments, "sparring compare")
    voice = Voice(flags.json)
    check(flags)
    from ..run.compare_answer import files, write_answer
    from .main import INTERRUPTED

    comparison = comparison_of(flags, voice)
    command = shlex.join(["sparring", "compare", *again(arguments), "--out", str(comparison.path)])
    whole = play_all(comparison, voice)
    answer, table = write_answer(comparison, command)
    lines = [table, *(f"{f'{what.capitalize()}:':<9} {path}" for what, path in files(comparison).items())]
    if not whole:
        lines.append(f"Stopped and saved. Go on: {command}")
    told = {"out": str(comparison.path), "finished": whole, "files": files(comparison), **answer}
    voice.answer(told, "\n".join(lines))
    return 0 if whole else INTERRUPTED


def check(flags: Compare) -> None:
    """Refuse what can be refused at once, before anything slow is imported."""
    if not flags.recipes:
        raise ValueError("say which recipes: sparring compare dcgan resnet-hinge --data SPEC --budget 2m")
    if flags.images is not None and flags.budget:
        raise ValueError("--images and --budget both say how long to train; give one of them")
    if flags.images is None and not flags.budget:
        raise ValueError("say how long each run may train: --budget 2m, or --images 20000")
    for name in ("images", "batch", "size", "seeds"):
        value = getattr(flags, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name} must be at least 1, and is {value}")
    if os.environ.get("WORLD_SIZE", "1") != "1":
        raise ValueError("a comparison plays its runs in one process; start it without torchrun")


def question_of(flags: Compare) -> Question:
    from ..run.budget import seconds_of
    from ..run.compare import Question

    return Question(
        recipes=flags.recipes,
        ablate=tuple(name.strip() for name in flags.ablate.split(",") if name.strip()),
        seeds=flags.seeds,
        data=flags.data,
        images=flags.images,
        budget_seconds=seconds_of(flags.budget) if flags.budget else None,
        batch=flags.batch,
        size=flags.size,
        device=flags.device,
        precision=flags.precision,
        settings=flags.set,
    )


def comparison_of(flags: Compare, voice: Voice) -> Comparison:
    """The one in --out, or a new one."""
    from ..run.compare import Comparison
    from ..run.compare_plan import check_names, plan_of
    from .packing import packing
    from .train import free_folder

    question = question_of(flags)
    check_names(question)
    known = Comparison.open(Path(flags.out), question) if flags.out else None
    if known is not None:
        return known
    with packing(voice) as progress:
        plan = plan_of(question, progress)
    out = Path(flags.out) if flags.out else free_folder("compare", plan.rows[0].recipe.data.spec)
    return Comparison.begin(out, plan)


def play_all(comparison: Comparison, voice: Voice) -> bool:
    """Play the runs that are still open, one after the other; False where Ctrl-C stopped it."""
    runs = list(comparison.runs())
    for number, (row, seed) in enumerate(runs, 1):
        title = f"[{number}/{len(runs)}] {row.name}, seed {seed}"
        if comparison.result(row, seed).state != "open":
            voice.talk(f"{title}: done already")
            continue
        voice.talk(title)
        try:
            if not play_one(comparison, row, seed, voice):
                return False
        except KeyboardInterrupt:
            return False
    return True


def play_one(comparison: Comparison, row: Row, seed: int, voice: Voice) -> bool:
    """Play one run with its progress on the terminal; False where Ctrl-C stopped it."""
    from rich.console import Console

    from ..run.compare_playing import play
    from ..run.progress import Progress
    from .packing import packing

    shown = Progress(row.recipe.rules.adversarial, Console(stderr=True, quiet=voice.silent))
    shown.deadline_seconds = comparison.plan.question.budget_seconds
    with packing(voice) as packed, shown:
        reason = play(comparison, row, seed, [shown], packed)
    if reason is None:
        voice.talk(f"{row.name}, seed {seed} broke down: {comparison.result(row, seed).sentence}")
    return reason != "interrupted"


def again(arguments: Sequence[str]) -> list[str]:
    """The same arguments without --out and --json, to be followed by --out."""
    kept, skip = [], False
    for argument in arguments:
        if not skip and argument not in ("--out", "--json") and not argument.startswith("--out="):
            kept.append(argument)
        skip = argument == "--out"
    return kept
