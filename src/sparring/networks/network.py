"""What every architecture promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import nn


@dataclass(frozen=True)
class Shape:
    """What the data and the play ask of a network."""

    image: tuple[int, ...]  # (channels, height, width), or (dimensions,) for points
    latent: int = 0  # length of z; 0 where no network takes noise
    classes: int = 0  # 0 = unconditional


class Network(Protocol):
    """Settings of one architecture: frozen dataclass, `kind` is its name in the registry.

    Generators are called `G(z, y)` and critics `D(x, y)` with z (n, latent), x (n, *image) in [-1, 1] and
    y (n,) int64 labels or None. Generators return (n, *image) in [-1, 1]; critics return a Verdict.
    """

    @property
    def kind(self) -> str: ...

    def build(self, shape: Shape) -> nn.Module:
        """A freshly initialised network. ValueError with the alternatives if it cannot make this shape."""
        ...
