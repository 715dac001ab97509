"""From an origin to its pack: decode everything once, or find that it was done before."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from statistics import median

from .cache import Preparation, check_space, held, lookup, publish
from .images import Prepared, decoding, prepare
from .origin import Entry, Origin
from .packfile import FORMAT, Manifest, Pack
from .writer import PackWriter, fingerprints

Progress = Callable[[int, int], None]
"""Called with (images done, images in all)."""

BROKEN_SHARE = 0.01
"""Of the images that may be broken before the data is refused."""

SIZES = (16, 32, 64, 128, 256)
SURVEYED = 512
"""Images, evenly spread, that are looked at to choose a size."""

CHUNK = 16
"""Images a thread takes at a time: enough that handing over costs nothing even for the smallest."""


@dataclass(frozen=True)
class Decoded:
    """An entry and its image, or why it has none."""

    entry: Entry
    image: Prepared | None
    trouble: str = ""  # why there is no image
    content: int = 0
    look: int = 0


def pack(origin: Origin, preparation: Preparation, *, strict: bool = False, progress: Progress | None = None) -> Pack:
    """The origin's images, packed; decoded only if the cache does not have them.

    Interrupting leaves nothing behind, and two processes that want the same pack make it once. Broken images are
    left out and named in the manifest. ValueError if more than one in a hundred is broken, or, with `strict`,
    any; OSError if the cache cannot be written or the disk is full.
    """
    fingerprint = origin.fingerprint()
    found = lookup(preparation.key(fingerprint)) or _make(origin, fingerprint, preparation, strict, progress)
    _judge(found.manifest.broken, len(found) + len(found.manifest.broken), strict)
    return found


def _make(origin: Origin, fingerprint: str, wanted: Preparation, strict: bool, progress: Progress | None) -> Pack:
    with held(wanted.key(fingerprint)) as folder, decoding():
        sized = wanted if wanted.size else replace(wanted, size=choose_size(origin))
        # Made by another process while this one waited, or before under an explicit size.
        found = lookup(wanted.key(fingerprint)) or lookup(sized.key(fingerprint))
        if found is not None:
            return found
        check_space(len(origin) * sized.size**2 * (sized.channels or 3))
        with PackWriter(folder, sized.size, sized.channels or 3) as writer:
            broken = _fill(writer, origin, sized, strict, progress)
            manifest = writer.finish(_manifest(origin, fingerprint, sized, broken), narrow=sized.channels == 0)
        key = replace(sized, channels=manifest.channels).key(fingerprint)
        return publish(folder, key, {wanted.key(fingerprint), sized.key(fingerprint)})


def _manifest(origin: Origin, fingerprint: str, how: Preparation, broken: list[tuple[str, str]]) -> Manifest:
    return Manifest(
        format=FORMAT, name=origin.name, fingerprint=fingerprint, licence=origin.licence, credit=origin.credit,
        count=0, size=how.size, channels=how.channels, resize=how.resize, classes={}, modes=(), formats=(),
        broken=tuple(broken),
    )  # fmt: skip


def _fill(
    writer: PackWriter, origin: Origin, how: Preparation, strict: bool, progress: Progress | None
) -> list[tuple[str, str]]:
    broken: list[tuple[str, str]] = []
    total = len(origin)
    for done, one in enumerate(decode(origin.entries(), how), start=1):
        if one.image is None:
            broken.append((one.entry.name, one.trouble))
            _judge(broken, total, strict)
        else:
            writer.add(one.entry.name, one.entry.labels, one.image, one.content, one.look)
        if progress and (done % CHUNK == 0 or done == total):
            progress(done, total)
    if not writer.count:
        raise ValueError(f"There are no images in {origin.name}.")
    return broken


def decode(entries: Iterator[Entry], how: Preparation) -> Iterator[Decoded]:
    """Every entry, in order, decoded by a few threads: Pillow works outside the interpreter's lock."""
    workers = min(8, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(workers, "sparring-decode")
    waiting: deque[Future[list[Decoded]]] = deque()
    try:
        while chunk := list(islice(entries, CHUNK)):
            waiting.append(pool.submit(_decode_all, chunk, how))
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _decode_all(entries: Sequence[Entry], how: Preparation) -> list[Decoded]:
    return [_decode(entry, how) for entry in entries]


def _decode(entry: Entry, how: Preparation) -> Decoded:
    try:
        image = prepare(entry.load(), how.size, how.channels or 3, how.resize)
    except (OSError, ValueError) as error:
        return Decoded(entry, None, trouble=str(error))
    return Decoded(entry, image, "", *fingerprints(image.pixels, image.gray))


def _judge(broken: list[tuple[str, str]] | tuple[tuple[str, str], ...], total: int, strict: bool) -> None:
    if not broken or (len(broken) <= BROKEN_SHARE * total and not strict):
        return
    named = "; ".join(f"{name} {trouble}" for name, trouble in broken[:3])
    limit = "and strict = true allows none" if strict else "more than one in a hundred"
    count = f"{len(broken)} of {total} images {'is' if len(broken) == 1 else 'are'} broken"
    raise ValueError(f"{count}, {limit}: {named}{'; ...' * (len(broken) > 3)}. Mend them or take them out.")


def choose_size(origin: Origin) -> int:
    """The largest power of two from 16 to 256 that is no larger than the median shorter side; pixels.

    So at least half of the images are not scaled up. 64 where no image can be read.
    """
    step = max(1, len(origin) // SURVEYED)
    sides = []
    for entry in islice(origin.entries(), 0, None, step):
        try:
            sides.append(min(entry.load().size))
        except (OSError, ValueError):
            continue
    return largest_size(median(sides) if sides else 64)


def largest_size(side: float) -> int:
    """The largest of the usual sizes that is no larger than `side`, else the smallest; pixels, 0 for 0."""
    return max((size for size in SIZES if size <= side), default=SIZES[0]) if side else 0
