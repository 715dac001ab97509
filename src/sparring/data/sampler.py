"""Which images make up which batch: a pure function of the seed and the batch's number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ORDER, FLIPS = 1, 2
"""Streams of random numbers that share the seed."""


class Sampler:
    """Shuffles `count` images anew for each epoch; epochs run into each other and no tail is dropped.

    Only raw Philox words are used, whose values numpy guarantees for ever, so a run resumes the same under any
    version.
    """

    def __init__(self, count: int, batch: int, seed: int):
        self.count, self.size, self.seed = count, batch, seed & (2**64 - 1)
        self.orders: dict[int, NDArray[np.intp]] = {}  # of the two latest epochs

    def rows(self, index: int, start: int, stop: int) -> NDArray[np.intp]:
        """Positions, 0 <= position < count, of the samples `start` to `stop` of batch `index`."""
        place, end = index * self.size + start, index * self.size + stop
        parts = []
        while place < end:
            epoch, offset = divmod(place, self.count)
            part = self.order(epoch)[offset : offset + end - place]
            parts.append(part)
            place += len(part)
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def flips(self, index: int, start: int, stop: int) -> NDArray[np.bool_]:
        """Whether each of these samples is shown mirrored, with probability one half."""
        return (self.words(FLIPS, index, self.size)[start:stop] & 1).astype(bool)

    def order(self, epoch: int) -> NDArray[np.intp]:
        """A random permutation of all positions."""
        if epoch not in self.orders:
            latest = {e: order for e, order in self.orders.items() if e == epoch - 1}
            self.orders = {**latest, epoch: np.argsort(self.words(ORDER, epoch, self.count), kind="stable")}
        return self.orders[epoch]

    def words(self, stream: int, number: int, count: int) -> NDArray[np.uint64]:
        # The counter's low words count the draws, so `number` in a high word starts a stream that meets no other.
        key, counter = (np.array(words, np.uint64) for words in ([self.seed, stream], [0, 0, number, 0]))
        bits = np.random.Philox(key=key, counter=counter)
        return np.asarray(bits.random_raw(count), np.uint64)
