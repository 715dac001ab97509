"""One resolution after the other, each faded in while both networks grow: Progressive GAN and StyleGAN."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ..layers.growth import SMALLEST, as_shown
from ..layers.growth import Growing as GrowingNetwork
from ..networks.network import Shape, positive
from ..play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from .casting import Cast, Prior
from .court import Court
from .forger import Forger


@settings
class GrowingSettings:
    """Noise to image, one resolution after the other. The rounds are shared out evenly over the resolutions."""

    kind: Literal["growing"] = "growing"
    latent: int = 512
    """Length of the noise vector z."""
    prior: Prior = "normal"
    """Distribution of z: N(0, 1), or U(-1, 1)."""
    critic_steps: int = 1
    """Critic updates per generator update, each on a fresh batch (n_critic)."""
    smallest: int = 4
    """Side in pixels that training begins at (Progressive GAN: 4, StyleGAN: 8)."""
    fade: float = 0.5
    """Share of a resolution's rounds, 0..1, while it fades in; the first does not fade, and is that much shorter."""

    def __post_init__(self) -> None:
        positive("latent", self.latent)
        positive("critic_steps", self.critic_steps)
        if self.smallest < SMALLEST or self.smallest & (self.smallest - 1):
            raise ValueError(f"smallest must be 4, 8, 16, ... pixels, and is {self.smallest}")
        if not 0 <= self.fade < 1:
            raise ValueError(f"fade is a share of a resolution's rounds in [0, 1), and is {self.fade}")

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, self.latent, classes)

    @property
    def batches(self) -> int:
        return self.critic_steps

    def build(self, cast: Cast) -> Game:
        return Growing(self, cast)


class Growing(Game):
    """One growing generator against one growing critic."""

    def __init__(self, options: GrowingSettings, cast: Cast):
        super().__init__()
        self.options, self.cast = options, cast
        self.generator, self.critic = cast.networks["generator"], cast.networks["critic"]
        reuse = options.critic_steps == 1
        self.forger, self.court = Forger(cast, options.latent, options.prior, reuse), Court(cast)
        self.needs = frozenset({"image", "label"} if cast.classes else {"image"})
        self.multiple = cast.techniques.pack
        if not isinstance(self.generator, GrowingNetwork) or not isinstance(self.critic, GrowingNetwork):
            raise ValueError(
                "only networks that grow can play this game: the progan- and stylegan- ones, without minibatch"
            )
        self.grown = (self.generator.growth, self.critic.growth)
        self.first = (options.smallest // SMALLEST).bit_length() - 1
        if self.first >= self.grown[0].levels:
            raise ValueError(f"smallest is {options.smallest} pixels, which is more than the images have")

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        lends = ("generator",) if self.forger.reuse else ()
        learn = Turn(("generator",), self.generator_loss, after=self.forger.tend)
        turns = (*self.court.turns(self.scene, self.options.critic_steps, lends), learn, *self.forger.turns())
        fresh, pool = ("generator", "critic"), self.court.pool
        forget = None if pool is None else pool.clear  # past fakes have the past size
        return tuple(
            Stage(f"{SMALLEST << self.first + number} pixels", turns, rounds, forget, fresh=fresh if number else ())
            for number, rounds in enumerate(self.shares())
        )

    def shares(self) -> list[int]:
        """Rounds of each resolution, at least one each; what does not divide goes to the last."""
        later = self.grown[0].levels - self.first - 1
        unit = self.cast.rounds / (1 - self.options.fade + later)
        early = [max(1, int(unit * (1 if number else 1 - self.options.fade))) for number in range(later)]
        return [*early, max(1, self.cast.rounds - sum(early))]

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns."""
        real = self.grow(batch, clock)
        return self.court.scene(batch, real, self.forger.for_critic(batch), self.forger.label(batch), clock)

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        real, fake = self.grow(batch, clock), self.forger.for_generator(batch)
        return self.court.generator(real, fake, self.forger.label(batch), clock) | self.forger.terms(batch, fake)

    def grow(self, batch: Batch, clock: Clock) -> Tensor:
        """Show the clock's level and its fade in both networks; returns the real images as they show them."""
        level = self.first + clock.stage
        fade = min(1.0, clock.progress / self.options.fade) if clock.stage and self.options.fade else 1.0
        for growth in self.grown:
            growth.grow(level, fade)
        return as_shown(batch.image, level, fade)
