"""What a translator is scored on: chosen sources, their right answers where there are any, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.feed import Source
from ..data.making import draws_of
from ..data.maps import one_hot, painted
from ..data.open import choose_attribute
from ..data.packed import PackSource, nchw, to_float
from ..data.pairs import Collected, Made, Mapped, PairSource
from ..metrics.folders import choice
from .grid import to_bytes
from .translating import Translator

LEAST_HELD_OUT = 16
"""With fewer held-out sources, those of training are translated."""
AT_ONCE = 8
"""Translated at a time."""
MADE_AT_ONCE = 64
"""Sources that are made at a time."""


@dataclass(frozen=True, eq=False)
class Kept:
    """Images that are held in memory."""

    images: Tensor  # (n, channels, height, width) uint8
    name: str
    fingerprint: str
    names: tuple[str, ...]
    labels: Tensor | None = None  # (n,) int64
    classes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.images)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.images.shape[1:])

    def read(self, start: int, stop: int) -> tuple[Tensor, Tensor | None]:
        """Images and labels start <= number < stop."""
        return self.images[start:stop], None if self.labels is None else self.labels[start:stop]


class Translated:
    """What becomes of sources, rounded as in a file. `labels`: the domain each is translated into, where there are."""

    fingerprint = ""

    def __init__(self, translator: Translator, sources: Kept, name: str, labels: Tensor | None):
        self.translator, self.sources, self.labels, self.name = translator, sources, labels, name
        self.shape, self.classes, self.count = translator.shape, translator.classes, sources.count
        self.names = sources.names

    def read(self, start: int, stop: int) -> tuple[Tensor, Tensor | None]:
        """Translations and their labels start <= number < stop."""
        labels = None if self.labels is None else self.labels[start:stop]
        return translated(self.translator, self.sources.images[start:stop], labels), labels

    def back(self, inverse: Translator, made: Tensor) -> Tensor:
        """Sources again, of translations (n, channels, height, width) uint8."""
        return translated(inverse, made, self.sources.labels if self.classes else None)


@torch.no_grad()
def translated(translator: Translator, images: Tensor, labels: Tensor | None) -> Tensor:
    """Images (n, channels, height, width) uint8, translated into the domains `labels` (n,): the same, on the CPU."""
    parts = list[Tensor]()
    for start in range(0, len(images), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        y = None if labels is None else labels[rows].to(translator.device)
        x = (
            one_hot(images[rows], translator.maps, translator.edges)
            if translator.maps
            else to_float(images[rows], None)
        )
        parts.append(to_bytes(translator.padded(x.to(translator.device), y)))
    return torch.cat(parts).permute(0, 3, 1, 2).contiguous()


def scored_sources(source: Source, limit: int, seed: int) -> tuple[Kept, Kept | None, bool]:
    """At most `limit` sources, what they should become where they are pairs, and whether they were held out.

    Held-out ones where there are enough of them, else those of training. ValueError for data without images.
    """
    images = source.images_only if isinstance(source, PairSource) else source
    if not isinstance(images, PackSource):
        raise ValueError(f"{source.name} holds nothing that could be translated again and again: it must be a folder")
    sources = source.sources if isinstance(source, PairSource) else None
    if isinstance(sources, Collected) and not sources.paired:
        held = len(sources.sources.held) >= LEAST_HELD_OUT
        return rows_of(sources.sources, chosen(sources.sources, held, limit, seed), held), None, held
    held = len(images.held) >= LEAST_HELD_OUT
    places = chosen(images, held, limit, seed)
    targets = rows_of(images, places, held)
    if isinstance(sources, Made):
        made = made_of(sources, targets.images)
        return Kept(made, sources.title, f"{targets.fingerprint} {sources.title}", targets.names, targets.labels), \
            targets, held  # fmt: skip
    if isinstance(sources, Collected | Mapped):
        found = rows_of(sources.sources, chosen(sources.sources, held, limit, seed), held)
        labels = targets.labels if found.labels is None else found.labels
        return Kept(found.images, found.name, found.fingerprint, found.names, labels), targets, held
    return targets, None, held


def visible(sources: Kept, translator: Translator) -> Kept:
    """Sources as people see them: of label maps, each label in a colour of its own."""
    if not translator.maps:
        return sources
    seen = painted(one_hot(sources.images, translator.maps, edges=False), translator.maps)
    return replace(sources, images=to_bytes(seen).permute(0, 3, 1, 2).contiguous())


def chosen(source: PackSource, held: bool, limit: int, seed: int) -> NDArray[np.intp]:
    """Rows of the pack; of a pair of packs, the same pairs."""
    rows = source.held if held else source.training
    return rows[choice(len(rows), limit, seed)]


def rows_of(source: PackSource, rows: NDArray[np.intp], held: bool) -> Kept:
    """These images of a pack, with labels even where training hid them: they may say whom an image shows."""
    pack = source.pack
    attribute = source.attribute or choose_attribute(pack, "auto")
    column = None if attribute is None else pack.labels[:, list(pack.manifest.classes).index(attribute)]
    labels = None if column is None else torch.from_numpy(column.astype(np.int64)[rows])
    fingerprint = f"{source.fingerprint} {'held out' if held else 'training'} {len(rows)}"
    names = tuple(pack.names[row] for row in rows)
    classes = () if attribute is None else tuple(pack.manifest.classes[attribute])
    return Kept(nchw(pack.read(rows)), source.name, fingerprint, names, labels, classes)


def made_of(sources: Made, images: Tensor) -> Tensor:
    """Sources (n, channels, height, width) uint8 made of images, always the same."""
    draws = draws_of(0, 0, len(images))
    parts = [
        to_bytes(sources.maker.make(to_float(images[start : start + MADE_AT_ONCE], None), draws[start:][:MADE_AT_ONCE]))
        for start in range(0, len(images), MADE_AT_ONCE)
    ]
    return torch.cat(parts).permute(0, 3, 1, 2).contiguous()
