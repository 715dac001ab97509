"""Measuring a generator, or a folder of images, against real ones: what `sparring evaluate` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from ..metrics.features import FrozenNetwork, choose_extractor
from ..metrics.folders import PackImages
from ..metrics.looking import look
from ..metrics.remembered import remembered
from ..metrics.score import Score
from ..metrics.sets import Beside, Extractor, Seen, Sets
from ..metrics.suite import METRICS, Metric, metrics_named
from . import score_lines
from .choosing_metrics import check_possible, fitting, wanted
from .journal import Lines
from .opposing import sides_of
from .sides import AnySet, Sides, Task
from .subjects_of_translators import Translated

Steps = Callable[[str, int, int], None]
"""Told (what, done, of how many) while it goes on."""
ROWS = frozenset({"features", "logits", "images"})
"""What can be kept of a set, row by row."""
SEEN = frozenset({"features", "logits"})
BESIDE = frozenset({"source", "target", "returned"})
"""What can be kept beside samples."""


@dataclass(frozen=True)
class Evaluation:
    """What was found, and everything that people should know of how."""

    fake: str
    real: str
    held_out: str
    scores: tuple[Score, ...]
    notes: tuple[str, ...]
    sets: Sets | None = None
    """What was looked at; None where only the scores are known."""
    refused: tuple[str, ...] = ()
    """Sentences about metrics that were asked for and cannot be measured; the other scores stand."""
    sources: str = ""
    """What a translator's samples were made of; empty for others."""


def evaluate(task: Task, steps: Steps, catalogue: Mapping[str, Metric] = METRICS) -> Evaluation:
    """Measure what `task` asks for. ValueError or OSError with one sentence where nothing of it can be measured.

    `catalogue`: the metrics that there are, such as with those of faces. In several processes all of them must call
    it; the scores are the same in all, and the first writes them down.
    """
    asked = metrics_named(task.metrics, catalogue)
    sides = sides_of(task, lambda done, total: steps("Packing", done, total))
    check_possible(asked, sides)
    extractor, refused = network_of(task, sides, asked), list[str]()
    metrics = asked or fitting(sides, extractor.name, catalogue)
    needs = wanted(metrics, sides) | task.extra
    sets = looked(sides, needs, extractor, task.seed, steps)
    scores = list[Score]()
    for number, metric in enumerate(metrics):
        steps(f"Measuring {metric.name}", number, len(metrics))
        try:
            scores += metric.measure(sets)
        except ValueError as error:
            refused.append(f"{metric.name} was left out: {error}")
    if not scores:
        raise ValueError(f"nothing could be measured. {' '.join(refused)}")
    notes = [] if asked else refused
    if isinstance(extractor, FrozenNetwork) and extractor.note:
        notes.insert(0, f"Chosen {extractor.note[:1].lower()}{extractor.note[1:]}")
    return Evaluation(
        fake=described(sides.fake),
        real=described(sides.real) if sides.real else "",
        held_out=described(sides.held_out) if sides.held_out else "",
        scores=tuple(scores),
        notes=(*notes, *written(sides, scores)),
        sets=sets,
        refused=tuple(refused) if asked else (),
        sources=sources_of(sides),
    )


def described(one: AnySet) -> str:
    """`5,000 images of photos/`."""
    kind = "samples" if not isinstance(one, PackImages) and one.fingerprint == "" else "images"
    kind = "translations" if isinstance(one, Translated) else kind
    return f"{one.count:,} {'points' if len(one.shape) == 1 else kind} of {one.name}"


def sources_of(sides: Sides) -> str:
    """`200 images of photos/, which training did not see, in pairs`."""
    if sides.source is None:
        return ""
    seen = ", which training saw" if sides.translator and not sides.fresh else ""
    return f"{described(sides.source)}{seen}{', in pairs' if sides.target else ''}"


class Coordinates:
    """Points as they are, in the place of a feature network."""

    name, weights, resize = "points", "", ""

    def __init__(self, dims: int):
        self.dims = dims

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        return images.float(), None


def network_of(task: Task, sides: Sides, asked: list[Metric]) -> Extractor:
    """ValueError or OSError with one sentence where it, or its weights, cannot be had."""
    if len(sides.fake.shape) == 1:
        return Coordinates(sides.fake.shape[0])
    if asked and all(metric.needs & {"images", "maker", *BESIDE} and not metric.needs & SEEN for metric in asked):
        return choose_extractor("pixels")  # nobody asks it for anything
    weights = Path(task.weights).expanduser() if task.weights else None
    return choose_extractor(task.features, device=task.device, weights=weights, labelled=sides.labelled)


def looked(sides: Sides, needs: frozenset[str], extractor: Extractor, seed: int, steps: Steps) -> Sets:
    """All sets as the network sees them, with as much kept as is needed."""
    keep = needs & ROWS
    real = None
    if sides.real is not None:
        real = seen(sides.real, extractor, keep, "Looking at real images", steps)
    held_out = None
    if sides.held_out is not None and "held_out" in needs:
        held_out = seen(sides.held_out, extractor, keep, "Looking at held-out images", steps)
    kept = keep | {"images"} if needs & BESIDE else keep
    fake = seen(sides.fake, extractor, kept, "Looking at samples", steps)
    if not sides.share_labels:
        fake = replace(fake, labels=None)
    beside = beside_of(sides, needs, fake.images)
    return Sets(fake, real, held_out, extractor, sides.maker, seed, sides.classes, beside=beside)


def beside_of(sides: Sides, needs: frozenset[str], made: Tensor | None) -> Beside:
    """What stands beside each sample, as far as it is needed."""
    source, labels, returned = None, None, None
    if sides.source is not None and needs & {"source", "returned"}:
        source, labels = sides.source.read(0, sides.source.count)
        labels = None if sides.fake.classes else labels  # of domains, and not of who it is
    if sides.back is not None and made is not None and "returned" in needs:
        returned = sides.back(made)
    target = sides.target if "target" in needs else None
    return Beside(
        source,
        None if target is None else target.read(0, target.count)[0],
        returned,
        labels,
        sides.source.names if sides.source else sides.fake.names,
        sides.source.fingerprint if sides.source else "",
        sides.target.fingerprint if sides.target else "",
    )


def seen(images: AnySet, extractor: Extractor, keep: frozenset[str], what: str, steps: Steps) -> Seen:
    """Real images from the cache, where the same network has seen them before."""

    def progress(done: int) -> None:
        steps(what, done, images.count)

    if images.fingerprint and len(images.shape) == 3:
        return remembered(images, extractor, keep=keep, progress=progress)
    return look(images, extractor, keep=keep, progress=progress)


def written(sides: Sides, scores: list[Score]) -> list[str]:
    """Append them to the run's scores.jsonl; a note where that could not be done, since scores are dear."""
    handle = sides.maker or sides.translator
    if sides.run is None or handle is None or (torch.distributed.is_initialized() and torch.distributed.get_rank()):
        return []
    trained = handle.card.trained
    line = score_lines.Measured(trained.images, trained.seconds, tuple(scores), by="evaluate")
    try:
        sides.run.claim()
        Lines(sides.run.scores).append(line.as_json())
    except (ValueError, OSError) as error:
        return [f"The scores were not added to {sides.run.scores}: {error}."]
    finally:
        sides.run.let_go()
    return []
