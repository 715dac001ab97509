"""Who is compared with whom: what people name, opened and made comparable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..data.open import open_source
from ..data.pack import Progress
from ..data.packed import PackSource
from ..data.pairs import stem_of
from ..data.points import POINTS
from ..data.settings import DataSettings
from ..metrics.folders import FolderImages, PackImages, check_alike, open_images
from .bundle import read_card
from .folder import RunFolder
from .handles import Synthesizer, load, weights_of
from .official import is_official
from .opposing_translators import of_translator
from .sides import MOST, Sides, Task, here
from .subjects import Samples, training_set
from .translating import KIND

CUSTOM = {"cpu": 10_000}
"""Samples of a generator at most, by kind of device; elsewhere as many as is the custom."""
FEWEST = 2_000
"""Samples of a generator, however few real images there are."""
STREAMED = 10_000
"""Real images that are held in memory, of a source that cannot be packed."""


def sides_of(task: Task, progress: Progress) -> Sides:
    """ValueError or OSError with one sentence where something is missing or cannot be compared."""
    path = Path(task.subject).expanduser()
    run = RunFolder(path)
    if path.is_file() or run.is_run:
        opened = run if run.is_run else None
        if is_official(weights_of(path)) or read_card(weights_of(path)).kind == KIND:
            return of_translator(task, path, opened, progress)
        return of_generator(task, load(path, device=task.device), opened, progress)
    if not task.against:
        raise ValueError(f"say with which real images {task.subject} is to be compared: --against FOLDER")
    fake = pictures(task.subject, task, task.samples or MOST, task.size, progress)
    folder = isinstance(fake, FolderImages) and fake.shape[1] == fake.shape[2]
    # Built-in sets and the like come in the size of the folder; two folders must be of one size by themselves.
    size = task.size or (fake.shape[1] if folder and not Path(task.against).expanduser().is_dir() else 0)
    real = pictures(task.against, task, MOST, size, progress)
    check_alike(fake, real)
    source = pictures(task.source, task, task.samples or MOST, size, progress) if task.source else None
    if source is not None and stems(source) != stems(fake):
        raise ValueError(f"{fake.name} was not made of {source.name}: the names of their images differ")
    return Sides(
        fake,
        real,
        labelled=real.source if isinstance(real, PackImages) else None,
        source=source,
        target=real if stems(real) == stems(fake) else None,
    )


def stems(images: FolderImages | PackImages) -> list[str]:
    """Names without their endings: what is called the same in two folders is a pair."""
    return [stem_of(name) for name in images.names]


def pictures(spec: str, task: Task, limit: int, size: int, progress: Progress) -> FolderImages | PackImages:
    """A data set as it is, or in the asked size."""
    data = DataSettings(spec=spec, size=size, channels=task.channels, validation=0.0)
    return open_images(data, limit=limit, seed=task.seed, progress=progress)


def of_generator(task: Task, handle: Synthesizer, run: RunFolder | None, progress: Progress) -> Sides:
    """Its samples against the real images of its run, or against others prepared in the same way."""
    if task.source:
        raise ValueError("--source is what translators start from, and this generator starts from noise")
    if task.size or task.channels:
        raise ValueError(
            "the size and the colours of samples are those of the network; leave --size and --channels out"
        )
    source = open_source(data_of(task, handle, run), progress)
    if source.shape != handle.shape:
        shapes = " and ".join(" x ".join(map(str, shape)) for shape in (handle.shape, source.shape))
        raise ValueError(f"samples and {source.name} have different shapes: {shapes}")
    packed = isinstance(source, PackSource)
    real = training_set(source, MOST if packed else STREAMED, task.seed)
    held = PackImages(source, part="held_out", seed=task.seed) if packed and len(source.held) > 1 else None
    count = task.samples or max(FEWEST, min(real.count, CUSTOM.get(handle.device.type, MOST)))
    labels = real.labels if source.classes == handle.classes else None
    fake = Samples(handle, count, labels=labels, seed=task.seed, truncation=task.truncation)
    labelled = source if isinstance(source, PackSource) and source.classes else None
    return Sides(fake, real, held, handle, run, labelled)


def data_of(task: Task, handle: Synthesizer, run: RunFolder | None) -> DataSettings:
    """The real images, prepared as in training. ValueError for a bundle that came without its data."""
    recipe = run.recipe if run else handle.card.recipe
    data = replace(recipe.data, flip=False)
    if len(handle.shape) == 3:
        data = replace(data, size=handle.shape[2], channels=handle.shape[0])
    elif natural_modes(data.spec):  # training may have hidden from which mode a point comes
        data = replace(data, labels="mode")
    if task.against:
        return replace(data, spec=task.against, validation=0.0, labels="auto")
    if not run and not here(data.spec):
        raise ValueError(
            f"the images of {data.spec} that {task.subject} was trained on are not here; say --against FOLDER"
        )
    return data


def natural_modes(spec: str) -> bool:
    """Whether this is a built-in set of points that has modes."""
    kind = spec.removeprefix("builtin:")
    return kind in POINTS and len(POINTS[kind][0]) > 0
