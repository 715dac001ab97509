"""How many samples each shard holds, learned as shards are read and kept for the next time.

Counts make resuming cheap: a position in the stream leads to a shard without reading what comes before it.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ..cache import cache_folder
from .places import Shard

SAVE_SECONDS = 10.0


MAX_LABELS = 10_000
"""More different values than this are captions, not classes, and are not collected."""


@dataclass
class Facts:
    """What was found in a shard, or in several."""

    samples: int = 0  # in training
    held_out: int = 0
    unlabelled: int = 0
    labels: dict[str, int] = field(default_factory=dict)  # value -> how many training samples
    passed: dict[str, int] = field(default_factory=dict)  # reason -> how many entries were passed over

    def add(self, held_out: bool, label: str | None) -> None:
        """Count one sample."""
        if held_out:
            self.held_out += 1
            return
        self.samples += 1
        if label is None:
            self.unlabelled += 1
        elif label in self.labels or len(self.labels) <= MAX_LABELS:
            self.labels[label] = self.labels.get(label, 0) + 1

    def include(self, other: Facts) -> None:
        self.samples += other.samples
        self.held_out += other.held_out
        self.unlabelled += other.unlabelled
        for mine, theirs in ((self.labels, other.labels), (self.passed, other.passed)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count


class Counts:
    """Facts by shard, in one JSON file of the cache; a shard that changed is unknown again.

    `question` is all that the facts depend on beside the shard: what is held out and which label is read.
    """

    def __init__(self, shards: list[Shard], question: str):
        text = "\n".join([question, *(shard.address for shard in shards)])
        self.file = cache_folder() / "shards" / f"{blake2b(text.encode(), digest_size=10).hexdigest()}.json"
        self.identities = [shard.identity() for shard in shards]
        self.facts: dict[str, Facts] = {}
        self.saved_at_seconds = 0.0
        with suppress(OSError, ValueError, TypeError, AttributeError):  # a damaged file is only a slower start
            known = json.loads(self.file.read_text(encoding="utf-8"))
            self.facts = {one: Facts(**known[one]) for one in self.identities if one in known}

    def get(self, shard: int) -> Facts | None:
        return self.facts.get(self.identities[shard])

    def put(self, shard: int, facts: Facts) -> None:
        """Remember what was found; written to the cache every now and then."""
        self.facts[self.identities[shard]] = facts
        if time.monotonic() - self.saved_at_seconds > SAVE_SECONDS:
            self.save()

    def total(self) -> Facts | None:
        """The sum over all shards; None while one is unknown."""
        found = [self.get(shard) for shard in range(len(self.identities))]
        whole = Facts()
        for one in found:
            if one is None:
                return None
            whole.include(one)
        return whole

    def so_far(self) -> Facts:
        """The sum over the shards that are known."""
        whole = Facts()
        for one in self.facts.values():
            whole.include(one)
        return whole

    def save(self) -> None:
        """Written in one piece; a cache that cannot be written only costs time on resuming."""
        self.saved_at_seconds = time.monotonic()
        text = json.dumps({one: facts.__dict__ for one, facts in self.facts.items()})
        with suppress(OSError):
            write_whole(self.file, text)


def write_whole(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(".partial", file.stem, file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
