"""What a game is built from, and what the settings of every kind of game promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, runtime_checkable

from torch import nn

from ..networks.network import Shape
from ..play.game import Game
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.settings import Techniques

Prior = Literal["normal", "uniform"]


@dataclass(frozen=True)
class Cast:
    """Built networks and everything else a game's constructor needs."""

    networks: dict[str, nn.Module]  # by role, e.g. generator, critic
    optims: dict[str, Optim]  # by player
    rules: Rules
    average: Average | None
    rounds: int
    classes: int = 0  # 0 = unconditional
    techniques: Techniques = Techniques()  # noqa: RUF009 - frozen
    image: tuple[int, ...] = ()  # one sample's shape
    batch: int = 1  # real samples per update, over all processes


class GameSettings(Protocol):
    """Settings of one kind of game: frozen dataclass, `kind` is its name in the registry."""

    networks: ClassVar[tuple[str, ...]]  # roles of the networks it is built from
    players: ClassVar[tuple[str, ...]]  # who has an optimiser
    averaged: ClassVar[tuple[str, ...]]  # players whose averaged copy makes the samples

    @property
    def kind(self) -> str: ...

    @property
    def batches(self) -> int:
        """Batches of real samples that one round draws."""
        ...

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        """What its networks are asked for, given one sample's shape and the number of classes."""
        ...

    def build(self, cast: Cast) -> Game: ...


@runtime_checkable
class FromNoise(Protocol):
    """Settings of a game whose generator makes samples from noise alone, and a label where there is one."""

    @property
    def latent(self) -> int: ...

    @property
    def prior(self) -> Prior: ...
