"""A recipe on its data set, before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from ....recipes.preset import Facts
from ....recipes.recipe import Recipe
from ...case import Setup


def critic_of(setup: Setup) -> str:
    """What people call it."""
    return "critic" if setup.adversarial == "wasserstein" else "discriminator"


def called(setup: Setup, player: str) -> str:
    """A player in words."""
    return critic_of(setup) if player == "critic" else player


@dataclass(frozen=True)
class Plan:
    """What lints of a recipe look at."""

    recipe: Recipe
    facts: Facts
    setup: Setup
    players: Mapping[str, tuple[nn.Module, ...]]
    """The built networks of each player."""
    classes: tuple[str, ...] = ()
    """Names of the labels."""
    world: int = 1
    """Processes."""
    seconds: float | None = None
    """How long the run will take; None where nobody measured."""

    @property
    def critic(self) -> str:
        return critic_of(self.setup)

    def called(self, player: str) -> str:
        return called(self.setup, player)

    def parameters(self, player: str) -> int:
        """Numbers that this player can learn."""
        owned = {id(p): p.numel() for part in self.players[player] for p in part.parameters() if p.requires_grad}
        return sum(owned.values())
