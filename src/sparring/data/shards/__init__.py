"""Tar shards, read as a stream: for sets that outgrow a disk or lie on a server."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain, islice
from statistics import median

from ..images import BadImageError, Prepared, open_image, prepare
from ..pack import SIZES
from ..settings import DataSettings
from .classes import Classes, choose_classes
from .counts import Counts, Facts
from .feed import Broken, Preparation, ShardFeed
from .places import Shard, find_shards, holds_shards
from .stream import Shards, never

__all__ = ["ShardSource", "holds_shards", "open_shards"]

LOOKED_AT = 64
"""Images at the start of the first shard that choose a size and the channels."""

GUESSED_FROM = 2000
"""Samples at the start of the first shard that classes are taken from, where not all shards can be counted."""

Progress = Callable[[int, int], None]


@dataclass
class ShardSource:
    """Tar shards whose labels, size and channels are settled."""

    name: str
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    fingerprint: str
    settings: DataSettings
    shards: Shards
    naming: Classes
    broken: Broken

    @property
    def count(self) -> int | None:
        """Training images; None while a shard on a server was never read to its end."""
        whole = self.shards.counts.total()
        return None if whole is None else whole.samples

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> ShardFeed:
        """Batches of `batch` images over all processes. ValueError if it does not divide among them."""
        if batch < 1 or batch % world:
            raise ValueError(f"A batch of {batch} images cannot be split evenly over {world} processes.")
        part = range(rank * batch // world, (rank + 1) * batch // world)
        channels, size, _ = self.shape
        s = self.settings
        # On a server the count may be learned later, and a resumed run must shuffle as before.
        most = sys.maxsize if any(shard.remote for shard in self.shards.shards) else self.count or sys.maxsize
        how = Preparation(size, channels, s.resize, self.naming.number, s.strict, self.broken, most)
        return ShardFeed(self.shards, how, batch, seed, part, device, bool(self.classes), s.flip)

    def facts(self) -> dict[str, object]:
        """Counts as far as they are known, classes, and what was passed over; see Source."""
        whole = self.shards.counts.total()
        known = whole or self.shards.counts.so_far()
        return {
            "name": self.name,
            "shards": len(self.shards.shards),
            "images": known.samples + known.held_out if whole else None,
            "training": self.count,
            "held_out": known.held_out if whole else None,
            "size": self.shape[1],
            "channels": self.shape[0],
            "resize": self.settings.resize,
            "flip": self.settings.flip,
            "labels": self.settings.labels if self.classes else None,
            "classes": list(self.classes),
            "broken": len(self.broken.found),
            "broken_named": self.broken.named,
            "passed_over": known.passed,
            "licence": "",
            "credit": "",
            "notes": [f"{count} {reason} were passed over." for reason, count in known.passed.items()],
            "fingerprint": self.fingerprint,
        }


def open_shards(settings: DataSettings, progress: Progress | None = None) -> ShardSource:
    """The shards that `settings.spec` names: paths or URLs, with braces or wildcards, or a folder of .tar files.

    Shards on a disk are counted first, without reading their images (kept for the next time); `progress` is called
    with (shards done, shards in all). ValueError or OSError with one sentence for anything that cannot be used.
    """
    places = find_shards(settings.spec)
    question = f"{settings.labels} {settings.validation}"
    shards = Shards(places, Counts(places, question), settings.labels, settings.validation)
    whole = count_all(shards, progress)
    if whole is not None and not whole.samples:
        raise ValueError(f"There are no images to train on in {settings.spec}.")
    if settings.strict and whole is not None and whole.passed:
        passed = ", ".join(f"{count} {reason}" for reason, count in whole.passed.items())
        raise ValueError(f"In {settings.spec} there are {passed}, and strict = true allows none.")
    known = whole or shards.census(0, GUESSED_FROM)
    naming = choose_classes(shards, known)
    settled = settle(settings, look(shards, settings))
    text = f"{question} {settled.size} {settled.channels} {settled.resize} {naming.names}"
    digest = blake2b("\n".join([text, *shards.counts.identities]).encode(), digest_size=16)
    return ShardSource(
        name=title(places),
        shape=(settled.channels, settled.size, settled.size),
        classes=naming.names,
        fingerprint=digest.hexdigest(),
        settings=settled,
        shards=shards,
        naming=naming,
        broken=Broken(),
    )


def count_all(shards: Shards, progress: Progress | None) -> Facts | None:
    """The sum over all shards, counting those on a disk; None where shards on a server are not known yet."""
    total = len(shards.shards)
    for number, shard in enumerate(shards.shards):
        if not shard.remote:
            shards.facts(number)
            if progress:
                progress(number + 1, total)
    shards.counts.save()
    return shards.counts.total()


def look(shards: Shards, settings: DataSettings) -> list[Prepared]:
    """The first readable images. ValueError if there are none."""
    found: list[Prepared] = []
    trouble = ""
    passed = Counter[str]()
    every = (shards.read(number, lambda: True, never, passed) for number in range(len(shards.shards)))
    for sample in islice(chain.from_iterable(every), LOOKED_AT):
        try:
            found.append(prepare(open_image(sample.image), settings.size or SIZES[-1], 3, settings.resize))
        except BadImageError as error:
            trouble = f"{sample.key}.{sample.ending} {error}"
    if not found:
        raise ValueError(f"None of the first {LOOKED_AT} images of {settings.spec} can be read; {trouble}.")
    return found


def settle(settings: DataSettings, images: Sequence[Prepared]) -> DataSettings:
    """Size and channels, chosen where they are 0, as for packed images."""
    side = median(min(image.width, image.height) for image in images)
    size = settings.size or max([one for one in SIZES if one <= side], default=SIZES[0])
    channels = settings.channels or (1 if all(image.gray for image in images) else 3)
    return replace(settings, size=size, channels=channels)


def title(places: list[Shard]) -> str:
    more = f" ... {places[-1].name} ({len(places)} shards)" if len(places) > 1 else ""
    return places[0].name + more
