"""What is to be measured, and the opened sets that are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ..data.packed import PackSource
from ..metrics.folders import FolderImages, PackImages
from .folder import RunFolder
from .handles import Synthesizer
from .subjects import FirstOf, Samples
from .subjects_of_translators import Kept, Translated
from .translating import Translator

MOST = 50_000
"""Real images that are looked at, as is the custom; of larger sets so many are chosen."""

AnySet = FolderImages | PackImages | Samples | FirstOf | Kept | Translated


@dataclass(frozen=True)
class Task:
    """What is to be measured."""

    subject: str
    """A run, a bundle, or a data set."""
    against: str = ""
    """A data set; empty = a run's own."""
    source: str = ""
    """What a translator starts from, as `data.source`, or what the images of a folder were made of; empty = a run's own
    sources."""
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
    translator: Translator | None = None
    source: FolderImages | PackImages | Kept | None = None
    """What each image of `fake` was made of, in their order."""
    target: FolderImages | PackImages | Kept | None = None
    """What each should have become."""
    fresh: bool = True
    """Whether the sources were kept from training."""
    back: Callable[[Tensor], Tensor] | None = None
    """From translations (n, channels, height, width) uint8 to sources again."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the real samples' labels."""
        return self.real.classes if self.real else ()

    @property
    def share_labels(self) -> bool:
        """Whether the labels of both sides mean the same."""
        return bool(self.classes) and self.classes == self.fake.classes


def here(spec: str) -> bool:
    """Whether the data of these words can be had on this machine."""
    return ":" in spec or (spec != "" and Path(spec).expanduser().is_dir())
