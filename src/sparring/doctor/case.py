"""All that is known of one training: how it is set up, and its signals so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..play.adversarial import ADVERSARIAL, Adversarial
from ..recipes.recipe import Recipe
from .series import Series

WARM_UP_ROUNDS = 200
"""Verdicts wait so long, or a twentieth of the run where that is shorter, except about what can never be right."""


@dataclass(frozen=True)
class Setup:
    """What is known before the first round. Zero, empty and None mean that nobody said."""

    adversarial: str = ""
    """Name of the loss, as in `ADVERSARIAL`."""
    penalties: Mapping[str, float] = field(default_factory=dict)
    """Weight of each penalty that is on."""
    lazy: int = 1
    """Rounds between payments of the penalties."""
    bounded: bool = False
    """Whether spectral normalisation, clipping or a penalty bounds the critic."""
    clip: float = 0.0
    critic_steps: int = 1
    batch: int = 0
    rounds: int = 0
    """Planned length."""
    classes: int = 0
    """Of the labels that the networks are told; 0 = none."""
    count: int | None = None
    """Training images."""
    points: bool = False
    """Points in the plane instead of images."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """Learning rate by player (generator, critic)."""
    momentum: Mapping[str, float] = field(default_factory=dict)
    """First beta of Adam by player."""
    half_life: float = 0.0
    """Of the averaged generator, in images."""
    batch_norm: frozenset[str] = frozenset()
    """Players that have it."""
    augment: str = "none"
    recipe: Recipe | None = None
    """The whole configuration, where Sparring trains."""

    @property
    def loss(self) -> Adversarial | None:
        return ADVERSARIAL.get(self.adversarial)

    @property
    def probabilistic(self) -> bool:
        """Whether the critic's logit is that of a probability."""
        return self.adversarial in ("minimax", "nonsaturating")

    @property
    def critic_only_ranks(self) -> bool:
        """Whether the size of logits and losses means nothing by itself (Wasserstein, relativistic)."""
        return self.loss is not None and self.loss.threshold is None


@dataclass(frozen=True)
class Now:
    """Where in the run a verdict is asked for."""

    rounds: float
    images: float
    planned: float
    """Rounds of the whole run."""

    @property
    def window(self) -> float:
        """Rounds that a condition must last: 500, but in short runs a tenth of the run and at least 50."""
        return max(0.02 * self.planned, min(500.0, max(50.0, 0.1 * self.planned)))

    @property
    def start(self) -> float:
        """First round of the window."""
        return self.rounds - self.window

    @property
    def warm(self) -> bool:
        """Whether it is too early for verdicts."""
        return self.rounds < min(WARM_UP_ROUNDS, 0.05 * self.planned)


@dataclass(frozen=True)
class Case:
    """A set-up and its signals (`signals.SIGNALS` names them)."""

    setup: Setup
    series: Mapping[str, Series] = field(default_factory=dict)

    @property
    def now(self) -> Now:
        rounds = max((s.rounds[-1] for s in self.series.values() if len(s)), default=0.0)
        images = max((s.images[-1] for s in self.series.values() if len(s)), default=0.0)
        return Now(float(rounds), float(images), float(max(self.setup.rounds, rounds)))

    def until(self, rounds: float) -> Case:
        """As it was known after so many rounds."""
        return replace(self, series={name: series.until(rounds) for name, series in self.series.items()})
