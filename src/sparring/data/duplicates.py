"""Images that are the same, or nearly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .packfile import Pack

NEAR_BITS = 3
"""Of 64 in which the difference hashes of two near-duplicates may differ."""

NEAR_LEVELS = 8.0
"""Mean difference of two near-duplicates, of 255. The hashes alone take two different digits for one."""

BANDS = 4
"""Parts of the hash. Two hashes that differ in fewer bits than there are parts agree in at least one part."""

MAX_PAIRS = 2_000_000
"""Candidates that are looked at; a set with more consists of little else than look-alikes."""

BLOCK_PAIRS = 2_000_000
"""Pairs of hashes that are compared at a time."""

BLOCK_IMAGES = 256
"""Pairs of images that are compared at a time."""


def exact_duplicates(pack: Pack) -> list[NDArray[np.intp]]:
    """Groups of rows whose packed pixels are equal, each in order."""
    hashes = pack.index["hash"]
    order = np.argsort(hashes, kind="stable")
    ends = np.flatnonzero(np.diff(hashes[order])) + 1
    return [group for group in np.split(order, ends) if len(group) > 1]


def near_duplicates(pack: Pack) -> NDArray[np.intp]:
    """(pairs, 2) rows of images that look alike without being equal, the lower row first."""
    _, first = np.unique(pack.index["hash"], return_index=True)
    rows = np.sort(first)
    looks = pack.index["look"][rows]
    pairs = np.unique(np.concatenate([*candidates(looks), np.empty((0, 2), np.intp)]), axis=0)
    return rows[pairs[confirmed(pack, rows[pairs])]]


def candidates(looks: NDArray[np.uint64]) -> Iterator[NDArray[np.intp]]:
    """Pairs of positions whose hashes differ in at most NEAR_BITS bits; a pair may come more than once."""
    found = 0
    for band in range(BANDS):
        part = (looks >> np.uint64(16 * band)) & np.uint64(0xFFFF)
        order = np.argsort(part, kind="stable")
        for bucket in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
            rows = max(1, BLOCK_PAIRS // len(bucket))
            for start in range(0, len(bucket) - 1, rows):
                pairs = close(looks, bucket[start : start + rows], bucket[start:])
                found += len(pairs)
                yield pairs
                if found > MAX_PAIRS:
                    return


def close(looks: NDArray[np.uint64], block: NDArray[np.intp], rest: NDArray[np.intp]) -> NDArray[np.intp]:
    """Near pairs of a member of `block`, with which `rest` begins, and a later member of `rest`."""
    differ = np.bitwise_count(looks[block][:, None] ^ looks[rest][None, :])
    left, right = np.nonzero(np.triu(differ <= NEAR_BITS, 1))
    return np.sort(np.stack([block[left], rest[right]], axis=1), axis=1)


def confirmed(pack: Pack, pairs: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether the pixels of each pair agree too, not just the directions of their slopes."""
    alike = np.zeros(len(pairs), bool)
    for start in range(0, len(pairs), BLOCK_IMAGES):
        some = pairs[start : start + BLOCK_IMAGES]
        left, right = (pack.read(some[:, side]).astype(np.int16) for side in (0, 1))
        alike[start : start + BLOCK_IMAGES] = np.abs(left - right).mean(axis=(1, 2, 3)) <= NEAR_LEVELS
    return alike
