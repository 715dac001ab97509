"""`sparring evaluate`: how good a generator, or a folder of images, is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..run.evaluating import Evaluation
    from ..run.opposing import Task


STRIPS, PAGE = ("features", "images", "held_out"), ("source", "target")
"""What these pictures show."""


@dataclass(frozen=True)
class Evaluate:
    """Measure a generator, or a folder of images, against real images.

    A run brings its own data; everything else needs --against. The features, the metrics and the number of samples
    are chosen from what is there, and the table says how. `sparring evaluate --metrics list` tells what there is.
    """

    subject: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN|BUNDLE|FOLDER", help_behavior_hint="")] = (
        ""
    )
    """A run, a .safetensors file, or a folder of images."""
    against: Annotated[str, tyro.conf.arg(metavar="DATA", help_behavior_hint="")] = ""
    """Real images: a folder or any other data set; a run's own if left out."""
    source: Annotated[str, tyro.conf.arg(metavar="DATA", help_behavior_hint="")] = ""
    """What a translator starts from, or what the images of FOLDER were made of; a run's own if left out."""
    metrics: Annotated[str, tyro.conf.arg(metavar="fid,kid,...|list", help_behavior_hint="")] = ""
    """Which; those that fit what is compared if left out."""
    features: Annotated[str, tyro.conf.arg(metavar="NAME")] = "auto"
    """The network through whose eyes sets are compared; auto takes the best at hand."""
    weights: Annotated[str, tyro.conf.arg(metavar="FILE", help_behavior_hint="")] = ""
    """Its weights, where it does not bring them."""
    samples: Annotated[int | None, tyro.conf.arg(metavar="N", help_behavior_hint="")] = None
    """Samples to score; chosen from the number of real images if left out."""
    seed: Annotated[int, tyro.conf.arg(metavar="S")] = 0
    """The same seed gives the same scores."""
    truncation: Annotated[float, tyro.conf.arg(metavar="T")] = 1.0
    """Of a generator's samples: between 0 (all alike) and 1 (as varied as in training)."""
    size: Annotated[int | None, tyro.conf.arg(metavar="PX", help_behavior_hint="")] = None
    """Bring images of folders to this side; as they are if left out."""
    channels: Annotated[int | None, tyro.conf.arg(metavar="1|3", help_behavior_hint="")] = None
    """Make images of folders gray (1) or RGB (3); as they are if left out."""
    compare_with: Annotated[str, tyro.conf.arg(metavar="FILE", help_behavior_hint="")] = ""
    """Scores that --json wrote earlier; refused where they were measured in another way."""
    strips: Annotated[str, tyro.conf.arg(metavar="strips.png", help_behavior_hint="")] = ""
    """Also draw the samples that are nearest to real images, beside these: are they copies?"""
    page: Annotated[str, tyro.conf.arg(metavar="FILE.html", help_behavior_hint="")] = ""
    """Also write a page of every translation beside its source and right answer, the worst first."""
    human: Annotated[str, tyro.conf.arg(metavar="DIR", help_behavior_hint="")] = ""
    """Instead: write a page that asks people which of two images is real; the same DIR again counts their answers."""
    json: bool = False
    """Print the scores as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Measure, and print a table; returns the exit status, 2 where not all could be measured."""
    flags = parse(Evaluate, arguments, "sparring evaluate")
    voice = Voice(flags.json)
    if flags.metrics == "list":
        return listed(voice)
    check(flags)
    if flags.human:
        return asked(flags, voice)
    from torch import distributed

    from ..avatar.resembling import FACES
    from ..metrics.suite import METRICS
    from ..run.evaluating import evaluate
    from ..run.evaluating_table import earlier, table
    from ..run.grid import format_of
    from .measuring import measuring

    if flags.strips:
        format_of(Path(flags.strips))  # scores are dear, and should not be lost for a name
    try:
        with measuring(voice) as steps:
            found = evaluate(task_of(flags), steps, METRICS | FACES)
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()
    if flags.strips:
        draw_strips(found, Path(flags.strips))
    refused, before = list(found.refused), {}
    try:
        before = earlier(Path(flags.compare_with), found.scores) if flags.compare_with else before
    except ValueError as error:  # scores are dear, and are shown without the comparison
        refused.append(str(error))
    if flags.page:
        refused += page_refused(found, Path(flags.page))
    voice.answer([score.as_json() for score in found.scores], table(found, before))
    for sentence in refused:
        voice.talk(f"sparring: {sentence}")
    return 2 if refused else 0


def asked(flags: Evaluate, voice: Voice) -> int:
    """Write a study for people, or count what they answered."""
    from ..run.asking import KEY, answered, ask, is_study
    from ..run.evaluating import Evaluation
    from ..run.evaluating_table import table
    from .measuring import measuring

    folder = Path(flags.human)
    if is_study(folder):
        opinion = answered(folder)
        score = opinion.score()
        found = Evaluation(f"{len(opinion.votes)} raters' answers in {folder}", "", "", (score,), ())
        voice.answer([score.as_json()], table(found, {}))
        return 0
    if not flags.subject:
        raise ValueError(
            f"there is no study in {folder}; say of what to make one: sparring evaluate RUN --human {folder}"
        )
    with measuring(voice) as steps:
        page = ask(task_of(flags), folder, steps)
    lines = (
        f"Page:   {page}",
        f"Key:    {folder / KEY} (raters must not see it)",
        f"Send the page to people. Put the files that they send back into {folder} and count them:",
        f"        sparring evaluate --human {folder}",
    )
    voice.answer({"page": str(page), "key": str(folder / KEY)}, "\n".join(lines))
    return 0


def listed(voice: Voice) -> int:
    """Every metric, and what it says."""
    from ..avatar.resembling import FACES
    from ..metrics.suite import METRICS

    metrics = dict(sorted((METRICS | FACES).items()))
    wide = max(map(len, metrics), default=0)
    data = [{"name": one.name, "about": one.about, "needs": sorted(one.needs)} for one in metrics.values()]
    voice.answer(data, "\n".join(f"{one.name:<{wide}}  {one.about}" for one in metrics.values()))
    return 0


def check(flags: Evaluate) -> None:
    """Refuse what can be refused at once, before anything slow is imported."""
    if not flags.subject and not flags.human:
        raise ValueError("say what to measure: sparring evaluate RUN, or sparring evaluate FOLDER --against FOLDER")
    if flags.samples is not None and flags.samples < 2:
        raise ValueError(f"--samples must be at least 2, and is {flags.samples}")
    if flags.size is not None and flags.size < 1:
        raise ValueError(f"--size must be at least 1, and is {flags.size}")
    if flags.channels not in (None, 1, 3):
        raise ValueError(f"--channels is 1 (gray) or 3 (RGB), not {flags.channels}")
    if not 0 <= flags.truncation <= 1:
        raise ValueError(f"--truncation lies between 0 and 1, and is {flags.truncation}")
    if flags.page and not flags.page.endswith(".html"):
        raise ValueError(f"--page is an HTML file, such as page.html, and not {flags.page}")
    for file in (flags.weights, flags.compare_with):
        if file and not Path(file).expanduser().is_file():
            raise ValueError(f"there is no file {file}")


def task_of(flags: Evaluate) -> Task:
    from ..play.machine import join_processes
    from ..run.opposing import Task

    return Task(
        subject=flags.subject,
        against=flags.against,
        source=flags.source,
        metrics=tuple(name.strip() for name in flags.metrics.split(",") if name.strip()),
        features=flags.features,
        weights=flags.weights,
        samples=flags.samples or 0,
        seed=flags.seed,
        truncation=flags.truncation,
        size=flags.size or 0,
        channels=flags.channels or 0,
        device=str(join_processes("auto", "fp32").device),
        extra=frozenset((*(STRIPS if flags.strips else ()), *(PAGE if flags.page else ()))),
    )


def draw_strips(found: Evaluation, path: Path) -> None:
    """ValueError where there are no images, OSError where the picture cannot be written."""
    from ..metrics.strips import strips
    from ..run import grid

    assert found.sets is not None
    if found.sets.real is None or found.sets.fake.images is None or len(found.sets.fake.images.shape) != 4:
        raise ValueError("--strips shows images beside real ones, and there are none")
    grid.save(strips(found.sets.fake, found.sets.real, found.sets.held_out), path)


def page_refused(found: Evaluation, path: Path) -> list[str]:
    """Write the page; why it could not be written, since scores are dear and are shown all the same."""
    from ..run.evaluating_page import write_page

    try:
        write_page(found, path)
    except (ValueError, OSError) as error:
        return [str(error)]
    return []
