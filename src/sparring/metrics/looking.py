"""A set of images goes by the eyes of a network: in bounded memory, and with the same result however it is cut up.

Images are shown in the same groups whatever the batches they come in and however many processes share them, since a
network's last digits depend on the company an image is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, distributed

from .moments import Moments, moments_of
from .sets import Extractor, Seen

GROUP = 64  # images
BLOCK = 1024  # rows whose moments are taken at once, a multiple of a group

Images = tuple[Tensor, Tensor | None]
"""(n, channels, height, width) uint8, and labels (n,) int64 or None."""
Batches = Iterable[Images]


@runtime_checkable
class Readable(Protocol):
    """A finite set of images of which any part can be read: each of several processes reads only its share."""

    @property
    def count(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...

    def read(self, start: int, stop: int) -> Images:
        """The images start <= number < stop, always the same."""
        ...


@dataclass(frozen=True)
class Group:
    """What was seen of up to 64 images."""

    features: Tensor
    logits: Tensor | None
    labels: Tensor | None
    images: Tensor | None
    shape: tuple[int, ...]


def look(
    batches: Batches | Readable,
    extractor: Extractor,
    *,
    keep: frozenset[str] = frozenset(),
    limit: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Seen:
    """Moments and labels of a set, and what `keep` names of features, logits and images, one row an image.

    `limit`: at most so many, the first ones. `progress` is told how many are done. Under torchrun the groups are
    shared among the processes, and all get the whole result; batches that are not Readable must come in all of them.
    ValueError for fewer than two images, images of different shapes or not of uint8, and features that are not finite.
    """
    assert keep <= {"features", "logits", "images", "labels"}, keep
    total = batches.count if isinstance(batches, Readable) else limit
    total = total if limit is None or total is None else min(total, limit)
    rows = {name: Rows(total) for name in ("features", "logits", "labels", "images")}
    moments, waiting, done, shape = None, list[Tensor](), 0, ()
    for group in groups(batches, extractor, limit, "images" in keep):
        shape = same_shape(shape, group.shape)
        check_finite(group.features, extractor.name, done)
        waiting.append(group.features)
        done += len(group.features)
        if done % BLOCK == 0:
            moments, waiting = added(moments, waiting), []
        for name in {"labels", *keep}:
            rows[name].add(getattr(group, name))
        if progress is not None:
            progress(done)
    if waiting:
        moments = added(moments, waiting)
    if done < 2 or moments is None:
        raise ValueError(
            "There are no images to look at." if not done else "A single image is no set; give at least two."
        )
    names, fingerprint = (batches.names[:done], batches.fingerprint) if isinstance(batches, Readable) else ((), "")
    kept = {name: rows[name].whole() for name in rows}
    return Seen(done, moments, names=names, fingerprint=fingerprint, **kept)


class Rows:
    """Tensors that come in parts and end as one, without being there twice where their number is known."""

    def __init__(self, total: int | None):
        self.total, self.count = total, 0
        self.room: Tensor | None = None
        self.parts = list[Tensor]()

    def add(self, part: Tensor | None) -> None:
        """Put the next rows behind those that are there; None = there are none."""
        if part is None:
            return
        if self.total is None:
            self.parts.append(part)
            return
        if self.room is None:
            self.room = part.new_empty((self.total, *part.shape[1:]))
        self.room[self.count : self.count + len(part)] = part
        self.count += len(part)

    def whole(self) -> Tensor | None:
        if self.room is not None:
            return self.room[: self.count]
        return torch.cat(self.parts) if self.parts else None


def groups(batches: Batches | Readable, extractor: Extractor, limit: int | None, images: bool) -> Iterator[Group]:
    """What was seen of each group, in order, in every process."""
    together = distributed.is_available() and distributed.is_initialized()
    rank, world = (distributed.get_rank(), distributed.get_world_size()) if together else (0, 1)
    waiting = shares(batches, limit) if isinstance(batches, Readable) else regrouped(batches, limit)
    while share := list(islice(waiting, world)):
        if not together:
            yield seen(share[0], extractor, images)
            continue
        yield from exchanged(share[rank] if rank < len(share) else None, extractor, images, len(share), world)


def exchanged(
    mine: Callable[[], Images] | None, extractor: Extractor, images: bool, count: int, world: int
) -> Iterator[Group]:
    """This process's group and the others'; where one of them fails, all do, and none is left waiting."""
    answers = list[Group | Exception | None]([None] * world)
    answer: Group | Exception | None = None
    try:
        answer = None if mine is None else seen(mine, extractor, images)
    except (ValueError, OSError) as error:
        answer = error
    distributed.all_gather_object(answers, answer)
    for one in answers[:count]:
        if isinstance(one, Exception):
            raise one
        assert one is not None
        yield one


def seen(read: Callable[[], Images], extractor: Extractor, images: bool) -> Group:
    pictures, labels = read()
    features, logits = extractor(pictures)
    return Group(features, logits, labels, pictures if images else None, tuple(pictures.shape[1:]))


def shares(images: Readable, limit: int | None) -> Iterator[Callable[[], Images]]:
    total = images.count if limit is None else min(images.count, limit)
    for start in range(0, total, GROUP):
        yield partial(images.read, start, min(start + GROUP, total))


def regrouped(batches: Batches, limit: int | None) -> Iterator[Callable[[], Images]]:
    """Batches of any sizes as groups."""
    held, labels, left = list[Tensor](), list[Tensor](), limit
    for pictures, label in batches:
        taken = pictures if left is None else pictures[:left]
        left = None if left is None else left - len(taken)
        if held and held[0].shape[1:] != taken.shape[1:]:
            same_shape(tuple(held[0].shape[1:]), tuple(taken.shape[1:]))
        held.append(taken)
        if label is not None:
            labels.append(label[: len(taken)])
        while sum(map(len, held)) >= GROUP:
            group, held, labels = cut(held, labels)
            yield group
        if left == 0:
            break
    if sum(map(len, held)):
        yield cut(held, labels)[0]


def cut(held: list[Tensor], labels: list[Tensor]) -> tuple[Callable[[], Images], list[Tensor], list[Tensor]]:
    """The first group, and what remains."""
    pictures, known = torch.cat(held), torch.cat(labels) if labels else None
    group: Images = (pictures[:GROUP], None if known is None else known[:GROUP])
    return (lambda: group), [pictures[GROUP:]], [] if known is None else [known[GROUP:]]


def added(moments: Moments | None, rows: list[Tensor]) -> Moments:
    """Of what was seen before and of these rows."""
    fresh = moments_of(torch.cat(rows))
    return fresh if moments is None else moments + fresh


def same_shape(before: tuple[int, ...], now: tuple[int, ...]) -> tuple[int, ...]:
    """ValueError where images of one set differ."""
    if before and before != now:
        raise ValueError(f"The images of one set have different shapes, {before} and {now}; bring them to one size.")
    return now


def check_finite(features: Tensor, name: str, done: int) -> None:
    if not bool(torch.isfinite(features).all()):
        bad = done + int((~torch.isfinite(features).all(1)).nonzero()[0])
        raise ValueError(f"The features {name} are not finite for image {bad}, so nothing can be measured with them.")
