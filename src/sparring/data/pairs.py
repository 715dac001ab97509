"""Images and what they shall be made of: pairs, two collections without pairs, or sources made of the images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..play.game import Batch
from .feed import Feed
from .folder import some
from .making import Maker, draws_of
from .maps import one_hot, stem_of
from .packed import PackSource, to_float

UNPAIRED = 2**32
"""Added to the seed where sources are shuffled on their own."""


class PairFeed:
    """Batches of images, and of labels where there are any, with sources (n, channels, height, width) in [-1, 1]."""

    def __init__(self, images: Feed, sources: Callable[[int, Batch], Tensor]):
        self.images, self.sources = images, sources
        self.size, self.roles = images.size, images.roles | {"source"}

    def batch(self, index: int) -> Batch:
        """This process's part of global batch number `index`."""
        batch = self.images.batch(index)
        return Batch(**batch.tensors, source=self.sources(index, batch))


class Sources(Protocol):
    """Where sources come from."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, height, width) of one."""
        ...

    @property
    def title(self) -> str: ...

    @property
    def paired(self) -> bool:
        """Whether each image has a source of its own."""
        ...

    def feed(
        self, images: Feed, batch: int, *, seed: int, rank: int, world: int, device: str, prefetch: bool
    ) -> PairFeed: ...

    def held_out(self, images: Tensor) -> Tensor:
        """Sources (n, ...) in [-1, 1] of the held-out images (n, channels, height, width) uint8, in their order."""
        ...


class Made:
    """Sources made of the images, after these were mirrored."""

    paired = True

    def __init__(self, name: str, maker: Maker, image: tuple[int, ...]):
        self.title, self.maker = f"made: {name}", maker
        self.shape: tuple[int, ...] = (maker.channels(image[0]), *image[1:])

    def feed(
        self, images: Feed, batch: int, *, seed: int, rank: int, world: int, device: str, prefetch: bool
    ) -> PairFeed:
        def make(index: int, part: Batch) -> Tensor:
            mine = draws_of(seed, index, batch).chunk(world)[rank]
            return self.maker.make(part.image, mine.to(part.image.device))

        return PairFeed(images, make)

    def held_out(self, images: Tensor) -> Tensor:
        return self.maker.make(to_float(images, None), draws_of(0, 0, len(images)))


class Collected:
    """Sources of their own, each with its image (`matched` made them so), or in an order of their own."""

    def __init__(self, sources: PackSource, paired: bool):
        self.sources, self.paired, self.shape = sources, paired, sources.shape
        self.title = sources.name

    def feed(
        self, images: Feed, batch: int, *, seed: int, rank: int, world: int, device: str, prefetch: bool
    ) -> PairFeed:
        own = seed if self.paired else seed + UNPAIRED
        stream = self.sources.feed(batch, seed=own, rank=rank, world=world, device=device, prefetch=prefetch)
        return PairFeed(images, lambda index, part: stream.batch(index).image)

    def held_out(self, images: Tensor) -> Tensor:
        return to_float(self.sources.held_out(len(images)), None)


class Mapped:
    """Label maps with their images, packed as coded pictures: a map of zeros and ones for each label, and edges."""

    paired = True

    def __init__(self, sources: PackSource, labels: int, edges: bool):
        self.sources, self.labels, self.edges = sources, labels, edges
        self.shape: tuple[int, ...] = (labels + edges, *sources.shape[1:])
        self.title = f"{labels} labels: {sources.name}"

    def feed(
        self, images: Feed, batch: int, *, seed: int, rank: int, world: int, device: str, prefetch: bool
    ) -> PairFeed:
        stream = self.sources.feed(batch, seed=seed, rank=rank, world=world, device=device, prefetch=prefetch)
        return PairFeed(images, lambda index, part: self.maps(stream.batch(index).image))

    def held_out(self, images: Tensor) -> Tensor:
        return one_hot(self.sources.held_out(len(images)), self.labels, self.edges)

    def maps(self, codes: Tensor) -> Tensor:
        """From coded pictures in [-1, 1]."""
        return one_hot(codes.add(1).mul(127.5).round().to(torch.uint8), self.labels, self.edges)


class PairSource:
    """Images of a pack with their sources; everything but the feed's further role is that of the images."""

    def __init__(self, images: PackSource, sources: Sources):
        self.images_only, self.sources = images, sources
        self.name, self.shape, self.classes = images.name, images.shape, images.classes
        self.count: int = images.count
        if sources.shape[1:] != self.shape[1:]:
            sides = " and ".join("x".join(map(str, shape[1:])) for shape in (self.shape, sources.shape))
            raise ValueError(f"Images and sources must be of one size, and are {sides}: set data.size.")
        text = f"{images.fingerprint} {sources.title} {sources.shape}"
        self.fingerprint = blake2b(text.encode(), digest_size=16).hexdigest()

    def feed(
        self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu", prefetch: bool = True
    ) -> PairFeed:
        """Shuffled training batches, each image with its source where they are pairs; see PackSource."""
        images = self.images_only.feed(batch, seed=seed, rank=rank, world=world, device=device, prefetch=prefetch)
        return self.sources.feed(images, batch, seed=seed, rank=rank, world=world, device=device, prefetch=prefetch)

    def images(self, indices: Sequence[int] | NDArray[np.integer]) -> Tensor:
        """Training images by number: (n, channels, height, width) uint8 on the CPU."""
        return self.images_only.images(indices)

    def held_out(self, count: int | None = None) -> Tensor:
        """Held-out images: (n, channels, height, width) uint8."""
        return self.images_only.held_out(count)

    def held_out_sources(self, count: int | None = None) -> Tensor:
        """The sources (n, channels, height, width) in [-1, 1] beside `held_out`."""
        return self.sources.held_out(self.held_out(count))

    def facts(self) -> dict[str, object]:
        """Those of the images, and what the sources are."""
        return self.images_only.facts() | {
            "source": self.sources.title,
            "source_channels": self.sources.shape[0],
            "paired": self.sources.paired,
        }


def matched(images: PackSource, sources: PackSource) -> PackSource:
    """`sources` in the order of the images of the same names, endings left out, on the same side of the split.

    Images whose source is broken are left out and noted. ValueError where an image has no source, or two.
    """
    rows = dict[str, int]()
    for row, name in enumerate(sources.pack.names):
        if stem_of(name) in rows:
            raise ValueError(f"{sources.name} has two sources called {stem_of(name)}; each image needs one.")
        rows[stem_of(name)] = row
    stems = [stem_of(name) for name in images.pack.names]
    broken = {stem_of(name) for name, _ in sources.pack.manifest.broken}
    if missing := [one for one in stems if one not in rows and one not in broken]:
        raise ValueError(
            f"{sources.name} has no source for {some(missing)}; pairs have the same name, endings left out. Without "
            "pairs take a recipe such as cyclegan, or set data.paired=false."
        )
    if lost := [one for one in stems if one not in rows]:
        images.notes.append(f"Left out, as their sources are broken: {some(lost)}.")
    images.training, images.held = (
        np.array([row for row in part if stems[row] in rows], np.intp) for part in (images.training, images.held)
    )
    sources.training, sources.held = (
        np.array([rows[stems[row]] for row in part], np.intp) for part in (images.training, images.held)
    )
    images.count = sources.count = len(images.training)
    return sources
