"""The endless order in which the samples of all shards are read: fixed by the seed, entered anywhere.

Each epoch shuffles the shards. Neighbouring shards of an epoch are read together, a sample of each in turn, so
that shards sorted by class still mix. What is read in a row is shuffled once more by the feed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b

from ..sampler import Sampler
from .counts import Counts, Facts
from .labels import label_of
from .places import Shard
from .tar import NotTarError, Sample, Tar, samples

TOGETHER = 4
"""Shards that are read in turn: four open files or connections."""


def never() -> bool:
    return False


@dataclass
class Shards:
    """A set of shards, and how to read it."""

    shards: list[Shard]
    counts: Counts
    labels: str  # as in DataSettings
    validation: float

    def read(
        self, shard: int, wanted: Callable[[], bool], notes: Callable[[], bool], passed: Counter[str]
    ) -> Iterator[Sample]:
        """Every sample of one shard, in its own order. ValueError or OSError with one sentence."""
        place = self.shards[shard]
        with closing(place.open()) as stream:
            try:
                for sample in samples(Tar(stream, passed), wanted, notes):
                    sample.held_out = self.is_held_out(sample, place)
                    yield sample
            except NotTarError:
                raise ValueError(f"{place.address} is not a tar file.") from None

    def is_held_out(self, sample: Sample, shard: Shard) -> bool:
        """By a hash of the name, as pixels are not known before everything is read."""
        digest = blake2b(f"{shard.name}/{sample.key}".encode("utf-8", "surrogateescape"), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.validation * 2.0**64

    def facts(self, shard: int) -> Facts:
        """Counted now if they were not before; no image is decoded for it."""
        known = self.counts.get(shard)
        if known is None:
            known = self.census(shard)
            self.counts.put(shard, known)
        return known

    def census(self, shard: int, at_most: int = 0) -> Facts:
        """Count a shard, or its first `at_most` samples where that is not 0."""
        found, passed = Facts(), Counter[str]()
        for sample in self.read(shard, never, self.reads_notes, passed):
            found.add(sample.held_out, label_of(sample.notes, self.labels))
            if found.samples + found.held_out == at_most:
                break
        found.passed = dict(passed)
        return found

    def reads_notes(self) -> bool:
        return self.labels != "none"

    def order(self, epoch: int, seed: int) -> list[int]:
        return Sampler(len(self.shards), 1, seed).order(epoch).tolist()

    def stream(self, position: int, seed: int, wanted: Callable[[], bool]) -> Iterator[Sample]:
        """Training samples from number `position` of the stream on, without end.

        `wanted` says, at the time a sample is passed, whether its image is needed.
        """
        epoch = 0
        whole = self.counts.total()
        if whole is not None and whole.samples:
            epoch, position = divmod(position, whole.samples)
        while True:
            found = 0
            order = self.order(epoch, seed)
            for start in range(0, len(order), TOGETHER):
                group = order[start : start + TOGETHER]
                sizes = [self.facts(shard).samples for shard in group] if position else [0]
                if position and position >= sum(sizes):
                    found += sum(sizes)
                    position -= sum(sizes)
                    continue
                taken = consumed(sizes, position) if position else [0] * len(group)
                position = 0
                for sample in self.in_turn(group, taken, wanted):
                    found += 1
                    yield sample
            if not found:
                raise ValueError(f"There are no images to train on in the {len(order)} shards.")
            epoch += 1

    def in_turn(self, group: list[int], taken: list[int], wanted: Callable[[], bool]) -> Iterator[Sample]:
        """A sample of each shard in turn, after `taken` of each; shards that end drop out."""
        open_now = {shard: self.continued(shard, skip, wanted) for shard, skip in zip(group, taken, strict=True)}
        done = dict(zip(group, taken, strict=True))
        lap = min(taken)
        while open_now:
            for shard in [shard for shard in group if shard in open_now and done[shard] == lap]:
                sample = next(open_now[shard], None)
                if sample is None:
                    del open_now[shard]
                else:
                    done[shard] += 1
                    yield sample
            lap += 1

    def continued(self, shard: int, skip: int, wanted: Callable[[], bool]) -> Iterator[Sample]:
        """A shard's training samples after the first `skip`, of which nothing is read; its end settles its count."""
        found, passed = Facts(), Counter[str]()

        def beyond() -> bool:
            return found.samples >= skip

        for sample in self.read(shard, lambda: beyond() and wanted(), beyond, passed):
            found.add(sample.held_out, label_of(sample.notes, self.labels))
            if not sample.held_out and found.samples > skip:
                yield sample
        found.passed = dict(passed)
        known = self.counts.get(shard)
        if known is not None and known.samples != found.samples:
            raise ValueError(
                f"{self.shards[shard].address} held {known.samples} training images when it was counted and "
                f"{found.samples} now; it was changed, so this run cannot go on exactly as before."
            )
        if known is None:
            self.counts.put(shard, found)


def consumed(sizes: list[int], position: int) -> list[int]:
    """How many samples were taken of each shard when `position` were taken in turn; position < sum(sizes)."""
    laps = 0
    left = position
    for least in sorted(sizes):
        still_in = sum(size >= least for size in sizes)
        step = min(least - laps, left // still_in)
        laps, left = laps + step, left - step * still_in
        if laps < least:
            break
    taken = [min(size, laps) for size in sizes]
    for place, size in enumerate(sizes):
        if left and size > laps:
            taken[place] += 1
            left -= 1
    return taken
