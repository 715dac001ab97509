"""The real samples that are looked at, out of a source of training data."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.feed import Source
from ..data.packed import PackFeed, PackSource
from ..run.scoring import HoldsOut
from .patient import SEED, Reals, fitting

KINDS = 32
"""Labels that the networks are not told are only used where there are no more kinds of them."""


def reals_of(source: Source, count: int, held: int, *, flip: bool = False) -> Reals:
    """At most `count` training samples and `held` held-out images of a source, always the same.

    Labels that the networks are not told still help to see which kinds of sample are never made.
    """
    count, held = fitting(count, source.shape), fitting(held, source.shape)
    wanted, labels = min(count, source.count or count), None
    if isinstance(source, PackSource):
        feed = source.feed(wanted, seed=SEED, prefetch=False)
        labels = hidden(source, feed, wanted)
    else:
        feed = source.feed(wanted, seed=SEED)
    batch = feed.batch(0)
    images = held_labels = None
    if isinstance(source, HoldsOut) and len(pixels := source.held_out(held)):
        images = pixels.float().div(127.5).sub(1)
        if flip:  # as in training
            images[::2] = images[::2].flip(3)
        held_labels = source.held_out_labels(held) if source.classes else None
    return Reals(batch.image, batch.label if source.classes else labels, images, held_labels, source.count)


def hidden(source: PackSource, feed: PackFeed, count: int) -> Tensor | None:
    """Labels (count,) of the feed's first samples by the only attribute that the data has; None where it has another
    number of them, or where some are not known."""
    pack = source.pack
    if len(pack.manifest.classes) != 1 or len(next(iter(pack.manifest.classes.values()))) > KINDS:
        return None
    column = torch.from_numpy(pack.labels[source.training[feed.sampler.rows(0, 0, count)], 0]).long()
    return column if bool((column >= 0).all()) else None
