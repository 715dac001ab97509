"""Which classes shards show, and which number each has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ...settings import nearest
from .counts import MAX_LABELS, Facts
from .labels import attributes, in_order, label_of
from .places import Shard
from .stream import Shards, never
from .tar import Sample

LIST_NAME = "classes.txt"
LIST_BYTES = 1 << 20


@dataclass
class Classes:
    """The names of the labels, in the order of their numbers; empty = no labels are shown."""

    names: tuple[str, ...]
    wanted: str  # the setting
    numbers: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = {name: number for number, name in enumerate(self.names)}

    def number(self, sample: Sample) -> int:
        """The number of a sample's label; 0 where no labels are shown. ValueError for one that has no number."""
        if not self.names:
            return 0
        label = label_of(sample.notes, self.wanted)
        if label in self.numbers:
            return self.numbers[label]
        if label is not None and label.isdecimal() and int(label) < len(self.names) and not self.plain_numbers():
            return int(label)
        has = "no label" if label is None else f"the label {label!r}, which is none of the {len(self.names)} known"
        raise ValueError(
            f"{sample.key} has {has}; put a {LIST_NAME} with one class per line beside the first shard, "
            "or set labels to none."
        )

    def plain_numbers(self) -> bool:
        return all(name.isdecimal() for name in self.names)


def choose_classes(shards: Shards, known: Facts) -> Classes:
    """From a list beside the first shard, else from the labels that were found.

    `auto` shows labels only where every sample has one and they group the samples. ValueError names the choices if
    a label is asked for that is not there.
    """
    wanted = shards.labels
    if wanted == "none":
        return Classes((), wanted)
    usable = not known.unlabelled and 2 <= len(known.labels) <= MAX_LABELS
    if wanted == "auto":
        usable = usable and len(known.labels) <= known.samples / 2
    elif known.unlabelled:
        raise ValueError(missing(shards, known))
    elif not usable:
        many = "more than" if len(known.labels) > MAX_LABELS else "only"
        count = min(len(known.labels), MAX_LABELS)
        raise ValueError(f"The label {wanted!r} has {many} {count} values, so it cannot be used as classes.")
    if not usable:
        return Classes((), wanted)
    return Classes(listed(shards.shards[0]) or in_order(list(known.labels)), wanted)


def missing(shards: Shards, known: Facts) -> str:
    wanted = shards.labels
    first = next(shards.read(0, never, lambda: True, Counter()), None)
    notes = first.notes if first else {}
    there = [*(end for end in ("cls", "txt") if end in notes), *attributes(notes)]
    choices = f"they have {', '.join(there)}" if there else "they have none"
    share = "the" if not known.labels else f"{known.unlabelled} of {known.samples}"
    return f"The label {wanted!r} is missing from {share} samples; {choices}.{nearest(wanted, there)}"


def listed(shard: Shard) -> tuple[str, ...]:
    """One class per line of the list beside a shard; empty where there is none."""
    if shard.remote:
        place = Shard(shard.address.partition("?")[0].rpartition("/")[0] + "/" + LIST_NAME)
    else:
        place = Shard(str(Path(shard.address).with_name(LIST_NAME)))
    try:
        stream = place.open()
    except OSError:
        return ()
    with closing(stream):
        lines = stream.read(LIST_BYTES).decode("utf-8", "replace").splitlines()
    return tuple(line.strip() for line in lines if line.strip())
