"""What the engine reads from: an endless stream of batches, addressed by number."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ..play.game import Batch


class Feed(Protocol):
    """Batch `index` is a pure function of the seed and the index, so resuming needs no loader state."""

    roles: frozenset[str]  # of the batches, e.g. {"image", "label"}
    size: int  # samples per global batch, over all processes

    def batch(self, index: int) -> Batch:
        """This process's part of global batch number `index`, on the feed's device.

        `image`: (n, channels, height, width) float32 in [-1, 1], or (n, 2) for points; `label`: (n,) int64.
        """
        ...


@runtime_checkable
class Source(Protocol):
    """An opened data set."""

    @property
    def name(self) -> str: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample: (channels, height, width) or (dimensions,)."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels; empty = none."""
        ...

    @property
    def count(self) -> int | None:
        """Training samples; None where it is not known (streams)."""
        ...

    @property
    def fingerprint(self) -> str:
        """Of content and settings."""
        ...

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> Feed:
        """An endless stream of shuffled training batches of `batch` samples over all `world` processes."""
        ...

    def facts(self) -> dict[str, object]:
        """JSON data for plans and reports: counts, sizes, classes, licence, what was skipped and why."""
        ...
