"""Sets that can be scored beside folders and packs: a generator's samples, and the first of a stream."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.feed import Source
from ..data.packed import PackSource
from ..metrics.folders import PackImages
from . import grid
from .translating import Handle

AT_ONCE = 64


class Samples:
    """Samples of a generator, rounded as in a file; of points, as they are.

    `labels`: (n,) int64 of the real samples, from whose shares those of the samples are drawn; None for a network
    without classes, or to draw evenly. The seed decides everything.
    """

    fingerprint = ""

    def __init__(
        self, handle: Handle, count: int, *, labels: Tensor | None = None, seed: int = 0, truncation: float = 1.0
    ):
        self.handle, self.count, self.truncation = handle, count, truncation
        self.name, self.shape, self.classes = about(handle), handle.shape, handle.classes
        self.noise = handle.latents(count, seed=seed, truncation=truncation)
        self.labels = handle.labels(count, seed=seed)
        if labels is not None and self.labels is not None:
            dice = torch.Generator().manual_seed(seed)
            self.labels = labels[torch.randint(len(labels), (count,), generator=dice)]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"sample {number}" for number in range(self.count))

    def read(self, start: int, stop: int) -> tuple[Tensor, Tensor | None]:
        """Samples and labels start <= number < stop."""
        labels = None if self.labels is None else self.labels[start:stop]
        made = self.handle.decode(self.noise[start:stop], labels, self.truncation)
        return as_read(made), labels


class FirstOf:
    """The first so many training samples of a shuffled source of any kind, kept in memory."""

    def __init__(self, source: Source, count: int, *, seed: int = 0):
        count = min(count, source.count or count)
        batch = min(AT_ONCE, count)
        feed = source.feed(batch, seed=seed)
        batches = [feed.batch(number) for number in range(-(-count // batch))]
        self.images = torch.cat([as_read(batch.image) for batch in batches])[:count]
        self.labels = torch.cat([batch.label for batch in batches])[:count] if source.classes else None
        self.name, self.shape, self.classes, self.count = source.name, source.shape, source.classes, count
        self.fingerprint = f"{source.fingerprint} first {count} by {seed}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"number {number}" for number in range(self.count))

    def read(self, start: int, stop: int) -> tuple[Tensor, Tensor | None]:
        """Samples and labels start <= number < stop."""
        return self.images[start:stop], None if self.labels is None else self.labels[start:stop]


def training_set(source: Source, limit: int, seed: int) -> PackImages | FirstOf:
    """What a run learns from, not mirrored where it is packed: at most `limit`, chosen by the seed."""
    if isinstance(source, PackSource):
        return PackImages(source, part="training", limit=limit, seed=seed)
    return FirstOf(source, limit, seed=seed)


def about(handle: Handle) -> str:
    """Whose samples, for people: `dcgan, averaged weights after 120,000 images`."""
    kind = "averaged weights" if handle.card.weights == "ema" else "weights"
    return f"{handle.card.recipe.name}, {kind} after {handle.card.trained.images:,} images"


def as_read(made: Tensor) -> Tensor:
    """Images in [-1, 1] as (n, channels, height, width) uint8 on the CPU; points as float32."""
    return grid.to_bytes(made).permute(0, 3, 1, 2) if made.dim() == 4 else made.detach().float().cpu()
