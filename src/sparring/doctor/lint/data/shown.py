"""Some of the data, as the networks will be shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ....data.feed import Source
from ....data.packed import PackSource
from ....play.game import Batch

AT_ONCE = 32
"""Samples of a batch that are looked at; with so many, a batch of one class is no accident."""
NEXT, FAR = 4, 4
"""Batches in a row, and from the rest of the first pass through the data."""
NUMBERS = 2**24
"""In all images that are looked at: 64 MiB."""


@dataclass(frozen=True)
class Shown:
    """Batches of one length, and what is known of where they come from."""

    batches: tuple[Tensor, ...]
    """(n, *shape) each."""
    labels: tuple[Tensor, ...] = ()
    """(n,) of each batch; empty where there are none."""
    classes: int = 0
    """How many labels there are said to be; 0 = nobody said."""
    reach: tuple[float, float] | None = None
    """Lowest and highest value that the generator can make; None where it has no bounds."""
    again: tuple[Tensor, ...] = ()
    """Where the second pass through the data begins; empty where nobody knows."""
    count: int | None = None
    """Samples in a pass."""
    every_label: Tensor | None = None
    """Of all training samples, where they are known."""
    source: PackSource | None = None
    """Packed images, which can be asked for more."""

    @property
    def images(self) -> Tensor:
        """All samples that were looked at, each once, as far as the data has so many."""
        joined = torch.cat(self.batches).float()
        return joined if self.count is None else joined[: max(1, self.count)]

    @property
    def known_labels(self) -> Tensor:
        """(n,) as many as are known; empty where there are none."""
        if self.every_label is not None:
            return self.every_label
        return torch.cat(self.labels) if self.labels else torch.zeros(0, dtype=torch.int64)

    @property
    def pictures(self) -> bool:
        """Whether samples are images (n, channels, height, width)."""
        return self.batches[0].dim() == 4


def shown_by(source: Source, batch: int, seed: int) -> Shown | None:
    """What a source shows at the start of a run, some from later, and where its second pass begins.

    None where it shows something else than single samples.
    """
    numbers = max(1, int(torch.Size(source.shape).numel()))
    at_once = max(1, min(batch, AT_ONCE, NUMBERS // ((NEXT + FAR) * numbers)))
    feed, count = source.feed(at_once, seed=seed), source.count
    if "image" not in feed.roles:
        return None
    around = count // at_once if count else 0
    later = [NEXT + step * (around - NEXT) // FAR for step in range(FAR)] if around > 2 * (NEXT + FAR) else []
    found = [feed.batch(index) for index in (*range(NEXT), *later)]
    again = [feed.batch(index).image.cpu() for index in (around, around + 1)] if later else []
    packed = source if isinstance(source, PackSource) else None
    column = packed.labels(range(packed.count)) if packed and packed.classes else None
    return Shown(
        tuple(one.image.cpu() for one in found),
        labels_of(found),
        len(source.classes),
        again=tuple(again),
        count=count,
        every_label=column,
        source=packed,
    )


def labels_of(batches: Sequence[Batch]) -> tuple[Tensor, ...]:
    return tuple(one.label.cpu() for one in batches if "label" in one.roles)
