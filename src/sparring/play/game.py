"""A game: who plays, what each of them wants, and when they move."""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from .optim import Average, Optim

Losses = dict[str, Tensor]
"""Named, already weighted terms (0-d tensors). The engine adds them up and logs them by name."""

Readings = dict[str, Tensor]
"""What one turn measured (0-d tensors): its losses, gradient norms and anything it reported."""


class Batch:
    """Tensors by role (`image`, `label`, `source`, `target`, ...), equal in their first dimension.

    `memo` carries results from one turn of a round to later turns of the same round; one row per sample, too.
    """

    def __init__(self, **tensors: Tensor):
        if not tensors:
            raise ValueError("a batch needs at least one tensor")
        lengths = {role: len(t) for role, t in tensors.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"a batch needs tensors of one length, not {lengths}")
        self.tensors = tensors
        self.memo: dict[str, Tensor] = {}
        self.marked: dict[str, Tensor] = {}

    def __getattr__(self, role: str) -> Tensor:
        tensors = self.__dict__.get("tensors", {})
        if role not in tensors:
            raise AttributeError(f"this batch has no {role!r}, only {sorted(tensors)}")
        return tensors[role]

    def __len__(self) -> int:
        return len(next(iter(self.tensors.values())))

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.tensors)

    def mark(self) -> None:
        """Remember the memo as it is now."""
        self.marked = self.memo.copy()

    def rewind(self) -> None:
        """Bring the memo back to the mark: a turn that is tried again finds what it found before."""
        self.memo = self.marked.copy()

    def chunks(self, count: int) -> list[Batch]:
        """`count` equal parts, in order; the batch itself for 1. ValueError if it does not divide.

        The memo is divided as well, without what still has a graph: no graph can be gone through in parts.
        """
        if count == 1:
            return [self]
        if len(self) % count:
            raise ValueError(f"a batch of {len(self)} cannot be split into {count} equal parts")
        parts = [Batch(**{role: t.chunk(count)[i] for role, t in self.tensors.items()}) for i in range(count)]
        for name, kept in self.memo.items():
            if not kept.requires_grad:
                for part, rows in zip(parts, kept.chunk(count), strict=True):
                    part.memo[name] = rows
        return parts


@dataclass
class Clock:
    """Where the run is. Games read it to fade, anneal and grow; only the engine writes it."""

    stage: int = 0
    round: int = 0  # within the stage
    images: int = 0  # real samples drawn since the start, over all processes
    length: int = 1  # rounds in the stage
    total: int = 1  # real samples the whole run will draw

    @property
    def progress(self) -> float:
        """How much of the stage is over, 0..1."""
        return self.round / max(self.length, 1)


@dataclass(frozen=True)
class Player:
    """Modules that learn together through one optimiser."""

    modules: tuple[nn.Module, ...]
    optim: Optim
    average: Average | None = None  # None = keep no averaged copy

    def parameters(self) -> list[nn.Parameter]:
        """Each parameter once, also when modules share it."""
        return list({id(p): p for m in self.modules for p in m.parameters()}.values())


@dataclass(frozen=True)
class Turn:
    """One update: these players take one step down this loss."""

    players: tuple[str, ...]
    loss: Callable[[Batch, Clock], Losses]
    name: str = ""  # shown in logs and plans; the players' names when empty
    every: int = 1  # only in every n-th round
    repeat: int = 1  # updates in a row, each on a fresh batch (n_critic)
    gain: float = 1.0  # multiplies the loss; lazy penalties: every=16, gain=16
    lends: tuple[str, ...] = ()  # do not learn now, but their graph may stay in `batch.memo` for a later turn
    after: Callable[[Readings], None] | None = None  # clip weights, adapt ADA, trail a copy

    @property
    def title(self) -> str:
        return self.name or "+".join(self.players)


@dataclass(frozen=True)
class Stage:
    """A stretch of training with one fixed set of turns."""

    name: str
    turns: tuple[Turn, ...]
    rounds: int
    enter: Callable[[], None] | None = None  # once, before the first round; what it changes must be saved: a buffer
    fresh: tuple[str, ...] = ()  # players whose optimisers forget their moments when the stage begins

    @property
    def batches(self) -> int:
        """Global batches that the stage draws: one per round, and a fresh one for each repetition."""
        return self.rounds + sum((turn.repeat - 1) * -(-self.rounds // turn.every) for turn in self.turns)


class Game(nn.Module, abc.ABC):
    """Players and rules of one kind of play. Abstract or final: a concrete game is never subclassed."""

    needs: frozenset[str] = frozenset()
    """Roles the game reads from a batch; checked against the data before the first step."""
    multiple: int = 1
    """How many samples belong together: a batch is only divided between such groups."""

    @abc.abstractmethod
    def players(self) -> dict[str, Player]: ...

    @abc.abstractmethod
    def stages(self) -> tuple[Stage, ...]: ...


_open: list[Readings] = []


def report(name: str, value: Tensor) -> None:
    """Record a number from anywhere inside a turn; nothing happens outside one.

    Micro-batches of one turn are averaged. No value leaves the device before somebody reads it.
    """
    if _open:
        _open[-1][name] = value.detach()


class reporting:
    """Collect what is reported inside the `with` block."""

    def __enter__(self) -> Readings:
        _open.append({})
        return _open[-1]

    def __exit__(self, *_: object) -> None:
        _open.pop()
