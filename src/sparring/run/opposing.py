"""Who is compared with whom: what people name, opened and made comparable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..data.open import open_source
from ..data.pack import Progress
from ..data.packed import PackSource
from ..data.points import POINTS
from ..data.settings import DataSettings
from ..metrics.folders import FolderImages, PackImages, check_alike, open_images
from .folder import RunFolder
from .handles import Synthesizer, load
from .subjects import AnySet, Samples, training_set

MOST = 50_000
"""Real images that are looked at, as is the custom; of larger sets so many are chosen."""
CUSTOM = {"cpu": 10_000}
"""Samples of a generator at most, by kind of device; elsewhere as many as is the custom."""
FEWEST = 2_000
"""Samples of a generator, however few real images there are."""
STREAMED = 10_000
"""Real images that are held in memory, of a source that cannot be packed."""


@dataclass(frozen=True)
class Task:
    """What is to be measured."""

    subject: str
    """A run, a bundle, or a data set."""
    against: str = ""
    """A data set; empty = a run's own."""
    metrics: tuple[str, ...] = ()
    """Empty = those that fit."""
    features: str = "auto"
    """Name of a feature network."""
    weights: str = ""
    """A file with its weights; empty = it knows where they are."""
    samples: int = 0
    """Samples of a generator, or images of a data set, that are scored; 0 = as many as suit the real images, or all."""
    seed: int = 0
    """Of noise and of every choice."""
    truncation: float = 1.0
    """Of a generator's noise."""
    size: int = 0
    """Side in pixels to which images of data sets are brought; 0 = as they are."""
    channels: int = 0
    """1 makes images of data sets gray and 3 RGB; 0 = as they are."""
    device: str = "cpu"
    """What to compute on."""
    extra: frozenset[str] = frozenset()
    """What is to be kept beside what metrics need: features, images, held_out."""

    def __post_init__(self) -> None:
        if self.samples == 1 or self.samples < 0:
            raise ValueError(f"a score takes at least two samples, and {self.samples} cannot be scored")


@dataclass(frozen=True)
class Sides:
    """Opened sets, and what is known beside."""

    fake: AnySet
    real: AnySet | None
    held_out: PackImages | None = None
    maker: Synthesizer | None = None
    run: RunFolder | None = None
    labelled: PackSource | None = None
    """What a classifier could learn the set's own labels from."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the real samples' labels."""
        return self.real.classes if self.real else ()

    @property
    def share_labels(self) -> bool:
        """Whether the labels of both sides mean the same."""
        return bool(self.classes) and self.classes == self.fake.classes


def sides_of(task: Task, progress: Progress) -> Sides:
    """ValueError or OSError with one sentence where something is missing or cannot be compared."""
    path = Path(task.subject).expanduser()
    run = RunFolder(path)
    if path.is_file() or run.is_run:
        return of_generator(task, load(path, device=task.device), run if run.is_run else None, progress)
    if not task.against:
        raise ValueError(f"say with which real images {task.subject} is to be compared: --against FOLDER")
    fake = pictures(task.subject, task, task.samples or MOST, task.size, progress)
    folder = isinstance(fake, FolderImages) and fake.shape[1] == fake.shape[2]
    # Built-in sets and the like come in the size of the folder; two folders must be of one size by themselves.
    size = task.size or (fake.shape[1] if folder and not Path(task.against).expanduser().is_dir() else 0)
    real = pictures(task.against, task, MOST, size, progress)
    check_alike(fake, real)
    return Sides(fake, real, labelled=real.source if isinstance(real, PackImages) else None)


def pictures(spec: str, task: Task, limit: int, size: int, progress: Progress) -> FolderImages | PackImages:
    """A data set as it is, or in the asked size."""
    data = DataSettings(spec=spec, size=size, channels=task.channels, validation=0.0)
    return open_images(data, limit=limit, seed=task.seed, progress=progress)


def of_generator(task: Task, handle: Synthesizer, run: RunFolder | None, progress: Progress) -> Sides:
    """Its samples against the real images of its run, or against others prepared in the same way."""
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
    if not run and ":" not in data.spec and not Path(data.spec).is_dir():
        raise ValueError(
            f"the images of {data.spec} that {task.subject} was trained on are not here; say --against FOLDER"
        )
    return data


def natural_modes(spec: str) -> bool:
    """Whether this is a built-in set of points that has modes."""
    kind = spec.removeprefix("builtin:")
    return kind in POINTS and len(POINTS[kind][0]) > 0
