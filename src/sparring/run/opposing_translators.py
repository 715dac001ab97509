"""A translator against images of the wanted kind: its sources, opened and made comparable."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from ..data.feed import Source
from ..data.making import maker_of
from ..data.open import open_source
from ..data.pack import Progress
from ..data.packed import PackSource
from ..data.pairs import PairSource
from ..data.settings import DataSettings
from ..metrics.folders import PackImages
from .folder import RunFolder
from .sides import MOST, Sides, Task, here
from .subjects import about
from .subjects_of_translators import Translated, scored_sources, visible
from .translating import Translator, load_inverse, load_translator

CUSTOM = {"cpu": 1_000}
"""Sources that are translated at most, by kind of device; elsewhere as many as there are."""


def of_translator(task: Task, path: Path, run: RunFolder | None, progress: Progress) -> Sides:
    """What a translator makes of sources against real images of the wanted kind.

    ValueError or OSError with one sentence where something is missing or cannot be compared.
    """
    if task.size or task.channels or task.truncation != 1:
        raise ValueError("a translator has its own size and colours, and no noise: leave out --size, --channels, "
                         "--truncation")  # fmt: skip
    translator = load_translator(path, device=task.device)
    source = opened(task, translator, run, progress)
    check_shapes(source, translator)
    images = source.images_only if isinstance(source, PairSource) else source
    limit = task.samples or CUSTOM.get(translator.device.type, MOST)
    sources, targets, held = scored_sources(source, limit, task.seed)
    assert isinstance(images, PackSource)
    made = Translated(translator, sources, about(translator), translator.labels(sources.count, seed=task.seed))
    inverse = load_inverse(path, device=task.device)
    if translator.classes and sources.labels is not None:
        inverse = translator
    return Sides(
        made,
        PackImages(images, part="training", limit=MOST, seed=task.seed),
        PackImages(images, part="held_out", seed=task.seed) if len(images.held) > 1 else None,
        run=run,
        labelled=images if images.classes else None,
        translator=translator,
        source=visible(sources, translator),
        target=targets,
        fresh=held or bool(task.against or task.source),
        back=None if inverse is None else partial(made.back, inverse),
    )


def opened(task: Task, translator: Translator, run: RunFolder | None, progress: Progress) -> Source:
    """Images of the wanted kind with their sources, prepared as in training."""
    recipe = run.recipe if run else translator.card.recipe
    data = replace(recipe.data, flip=False, size=translator.shape[2])
    if task.against:
        data = replace(data, spec=task.against, validation=0.0, labels="auto")
    if task.source:
        data = replace(data, source=task.source, validation=0.0)
    if not run:
        check_here(task, data)
    if not data.source and not translator.classes:
        raise ValueError(f"say what {task.subject} starts from: --source FOLDER")
    if not task.source or data.source_labels:
        return open_source(data, progress)
    try:  # names that match say that these are pairs
        return open_source(replace(data, paired=True), progress)
    except ValueError:
        return open_source(replace(data, paired=False), progress)


def check_here(task: Task, data: DataSettings) -> None:
    """ValueError for a bundle that came without its data."""
    if not task.against and not here(data.spec):
        whose = f"the images of {data.spec} that {task.subject} was trained on" if data.spec else "its images"
        raise ValueError(f"{whose} are not here; say --against FOLDER")
    made = data.source in ("", "left", "right") or maker_of(data.source, data.size) is not None
    if not made and not task.source and not here(data.source):
        raise ValueError(f"the sources in {data.source} that {task.subject} starts from are not here; say --source "
                         "FOLDER")  # fmt: skip


def check_shapes(source: Source, translator: Translator) -> None:
    """ValueError unless the data is what the translator takes and makes."""
    given = source.sources.shape if isinstance(source, PairSource) else source.shape
    for mine, theirs, what in ((translator.shape, source.shape, "makes"), (translator.source, given, "takes")):
        if tuple(mine) != tuple(theirs):
            shapes = " and not ".join(" x ".join(map(str, shape)) for shape in (mine, theirs))
            raise ValueError(f"the translator {what} images of {shapes}, as {source.name} would have them")
