"""Noise, and a label where there is one, to image: what GAN, DCGAN, WGAN(-GP), LSGAN, SNGAN, R3GAN and others
have in common. They differ in networks and rules, not in play."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..networks.network import Shape, positive
from ..play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from .casting import Cast, Prior
from .court import Court
from .forger import Forger


@settings
class SynthesisSettings:
    """Noise to image."""

    kind: Literal["synthesis"] = "synthesis"
    latent: int = 128
    """Length of the noise vector z."""
    prior: Prior = "normal"
    """Distribution of z: N(0, 1), or U(-1, 1) as in the original DCGAN code."""
    critic_steps: int = 1
    """Critic updates per generator update, each on a fresh batch (n_critic)."""
    warmup_rounds: int = 0
    """Rounds at the start with `warmup_critic_steps` instead (Arjovsky et al. 2017: 25 rounds of 100)."""
    warmup_critic_steps: int = 1
    """Critic updates per generator update in those rounds."""
    clip: float = 0.0
    """Largest absolute critic weight (Arjovsky et al. 2017 use 0.01); 0 = do not clip."""
    reuse: bool = True
    """The generator learns from the fakes the critic just saw instead of making new ones; with one critic step."""

    def __post_init__(self) -> None:
        positive("latent", self.latent)
        positive("critic_steps", self.critic_steps)
        positive("warmup_critic_steps", self.warmup_critic_steps)
        if self.warmup_rounds < 0:
            raise ValueError(f"warmup_rounds must not be negative, and is {self.warmup_rounds}")
        if self.clip < 0:
            raise ValueError(f"clip must not be negative, and is {self.clip}")

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, self.latent, classes)

    @property
    def batches(self) -> int:
        return self.critic_steps

    def build(self, cast: Cast) -> Game:
        return Synthesis(self, cast)


class Synthesis(Game):
    """One generator against one critic."""

    def __init__(self, options: SynthesisSettings, cast: Cast):
        super().__init__()
        self.options, self.cast = options, cast
        self.generator, self.critic = cast.networks["generator"], cast.networks["critic"]
        reuse = options.reuse and options.critic_steps == 1
        self.forger, self.court = Forger(cast, options.latent, options.prior, reuse), Court(cast, options.clip)
        self.needs = frozenset({"image", "label"} if cast.classes else {"image"})
        self.multiple = cast.techniques.pack

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        steps, first_steps = self.options.critic_steps, self.options.warmup_critic_steps
        batches = self.cast.rounds * steps  # the run is as long with a warm-up as without
        warm = min(self.options.warmup_rounds, batches // first_steps)
        stages = (
            Stage("warm-up", self.turns(first_steps), warm),
            Stage("adversarial", self.turns(steps), (batches - warm * first_steps) // steps),
        )
        return tuple(stage for stage in stages if stage.rounds)

    def turns(self, critic_steps: int) -> tuple[Turn, ...]:
        """All turns of a round with so many critic updates."""
        lends = ("generator",) if self.forger.reuse and critic_steps == 1 else ()
        learn = Turn(("generator",), self.generator_loss, after=self.forger.tend)
        return (*self.court.turns(self.scene, critic_steps, lends), learn, *self.forger.turns())

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns."""
        return self.court.scene(batch, batch.image, self.forger.for_critic(batch), self.forger.label(batch), clock)

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        fake = self.forger.for_generator(batch)
        terms = self.court.generator(batch.image, fake, self.forger.label(batch), clock)
        return terms | self.forger.terms(batch, fake)
