"""Batches from a stream of shards: shuffled in blocks, decoded ahead of time, addressed by number."""

from __future__ import annotations

import math
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue

import numpy as np
import torch
from numpy.typing import NDArray

from ...play.game import Batch
from ..images import BadImageError, Resize, open_image, prepare
from ..packed import floats, mirror, nchw, to_float
from ..sampler import Sampler
from .stream import Shards
from .tar import Sample

BLOCK_BYTES = 1 << 25
BLOCK_SAMPLES = (256, 2048)
BROKEN_SHARE = 0.01
BROKEN_NAMED = 20
BROKEN_IN_A_ROW = 1000


@dataclass
class Broken:
    """Images that could not be decoded, each counted once, of all that were tried."""

    tried: int = 0
    found: dict[str, str] = field(default_factory=dict)  # name -> what is wrong

    @property
    def named(self) -> list[str]:
        """The first of them."""
        return [f"{name} {trouble}" for name, trouble in islice(self.found.items(), BROKEN_NAMED)]


@dataclass(frozen=True)
class Preparation:
    """How a sample becomes an array and a number."""

    size: int  # pixels
    channels: int
    resize: Resize
    number: Callable[[Sample], int]  # of its label; ValueError where it has an unknown one
    strict: bool
    broken: Broken
    most: int  # samples worth shuffling together: all there are, where that is known for good

    @property
    def block(self) -> int:
        """Samples that are shuffled together: as many as 32 MiB hold, at least 256 and at most 2,048."""
        least, most = BLOCK_SAMPLES
        return min(self.most, max(least, min(most, BLOCK_BYTES // (self.size**2 * self.channels))))

    def decode(self, sample: Sample) -> NDArray[np.uint8] | None:
        """(size, size, channels); None if the image is broken, ValueError if too many are."""
        self.broken.tried += 1
        try:
            return prepare(open_image(sample.image), self.size, self.channels, self.resize).pixels
        except BadImageError as error:
            self.broken.found[f"{sample.key}.{sample.ending}"] = str(error)
            self._judge()
            return None

    def _judge(self) -> None:
        count, tried = len(self.broken.found), self.broken.tried
        expected = BROKEN_SHARE * tried
        # Three standard deviations more than one in a hundred is no accident of the order.
        if self.strict or count > max(3, expected + 3 * math.sqrt(expected)):
            limit = "and strict = true allows none" if self.strict else "more than one in a hundred"
            named = "; ".join(self.broken.named[:3])
            raise ValueError(f"{count} of {tried} images are broken, {limit}: {named}. Mend the shards.")


@dataclass(frozen=True)
class Block:
    """Samples that follow each other in the stream, shuffled; only this process's part is decoded."""

    rows: NDArray[np.int32]  # place in the block -> row of pixels, -1 where another process shows it
    pixels: NDArray[np.uint8]  # (rows, size, size, channels)
    labels: NDArray[np.int64]  # (rows,)


class Reader:
    """Reads blocks one after the other; any other block is found by its position in the stream."""

    def __init__(self, shards: Shards, how: Preparation, seed: int, batch: int, part: range):
        self.shards, self.how, self.seed, self.batch, self.part = shards, how, seed, batch, part
        self.shuffles = Sampler(how.block, 1, seed + 1)  # not the stream's own seed, whose order is of shards
        self.next_block = -1
        self.ahead: deque[Sample] = deque()  # read to replace a broken image of the block before
        self.samples: Iterator[Sample] = iter(())
        self.wants = False

    def read(self, number: int) -> Block:
        """Block `number` of the stream."""
        if number != self.next_block:
            self.ahead.clear()
            self.samples = self.shards.stream(number * self.how.block, self.seed, lambda: self.wants)
        self.next_block = -1  # in case of an error half-way
        block = self._fill(number)
        self.next_block = number + 1
        return block

    def _fill(self, number: int) -> Block:
        size = self.how.block
        places = self.shuffles.order(number)
        in_batch = (number * size + np.arange(size)) % self.batch
        mine = (in_batch >= self.part.start) & (in_batch < self.part.stop)
        rows = np.where(mine, np.cumsum(mine) - 1, -1).astype(np.int32)
        pixels = np.empty((int(mine.sum()), self.how.size, self.how.size, self.how.channels), np.uint8)
        labels = np.zeros(len(pixels), np.int64)
        empty: list[int] = []  # rows whose image is broken and shows the next good one instead
        for place in places.tolist():
            if rows[place] >= 0:
                empty.append(int(rows[place]))
            self._put(self._next(bool(empty)), empty, pixels, labels)
        later: list[Sample] = []
        while empty:
            # Kept for the next block, of which they are the first: a replacement is not taken away from anybody.
            later.append(self._next(True))
            self._put(later[-1], empty, pixels, labels)
            if len(later) > BROKEN_IN_A_ROW:
                raise ValueError(f"More than {BROKEN_IN_A_ROW} images in a row are broken, such as {later[0].key}.")
        self.ahead.extendleft(reversed(later))
        return Block(rows, pixels, labels)

    def _next(self, wanted: bool) -> Sample:
        if self.ahead:
            return self.ahead.popleft()
        self.wants = wanted
        return next(self.samples)

    def _put(self, sample: Sample, empty: list[int], pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        if not empty:
            return
        image = self.how.decode(sample)
        if image is not None:
            pixels[empty], labels[empty] = image, self.how.number(sample)
            empty.clear()


class Worker:
    """A thread that reads blocks in the order they are asked for, and for which no program waits at its end."""

    def __init__(self, reader: Reader):
        self.jobs: SimpleQueue[tuple[int, Future[Block]] | None] = SimpleQueue()
        threading.Thread(target=work, args=(self.jobs, reader), name="sparring-shards", daemon=True).start()
        weakref.finalize(self, self.jobs.put, None)

    def submit(self, number: int) -> Future[Block]:
        """Block `number`, as soon as it is there."""
        future: Future[Block] = Future()
        self.jobs.put((number, future))
        return future


def work(jobs: SimpleQueue[tuple[int, Future[Block]] | None], reader: Reader) -> None:
    while (job := jobs.get()) is not None:
        number, future = job
        try:
            future.set_result(reader.read(number))
        except BaseException as error:  # noqa: BLE001 - it is raised where the block is needed
            future.set_exception(error)
        del job, future  # or the last block would be kept while waiting


class ShardFeed:
    """Endless shuffled batches; batch `index` depends on nothing but the shards, the seed and the index."""

    def __init__(
        self,
        shards: Shards,
        how: Preparation,
        batch: int,
        seed: int,
        part: range,
        device: str,
        labelled: bool,
        flip: bool,
    ):
        self.size, self.part, self.device, self.flip = batch, part, torch.device(device), flip
        self.roles = frozenset({"image", "label"} if labelled else {"image"})
        self.block = how.block
        self.draws = Sampler(1, batch, seed)
        self.worker = Worker(Reader(shards, how, seed, batch, part))
        self.held: dict[int, Future[Block]] = {}  # the blocks of the latest batch and the one after them

    def batch(self, index: int) -> Batch:
        """This process's part of global batch number `index` >= 0."""
        start = index * self.size
        places = np.arange(start + self.part.start, start + self.part.stop)
        first, last = int(places[0]) // self.block, int(places[-1]) // self.block
        self.held = {n: self.held.get(n) or self.worker.submit(n) for n in range(first, last + 2)}
        pixels, labels = [], []
        for number in range(first, last + 1):
            block = self.held[number].result()
            rows = block.rows[places[places // self.block == number] % self.block]
            pixels.append(block.pixels[rows])
            labels.append(block.labels[rows])
        image = np.concatenate(pixels)
        if self.flip:
            mirror(image, self.draws.flips(index, self.part.start, self.part.stop))
        if self.device.type == "cpu":
            tensors = {"image": nchw(floats(image))}
        else:  # as uint8, a quarter of the bytes
            tensors = {"image": to_float(nchw(image).to(self.device), None)}
        if "label" in self.roles:
            tensors["label"] = torch.from_numpy(np.concatenate(labels)).to(self.device)
        return Batch(**tensors)
