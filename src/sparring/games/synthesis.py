"""Noise, and a label where there is one, to image: what GAN, DCGAN, WGAN(-GP), LSGAN, SNGAN, R3GAN and others
have in common. They differ in networks and rules, not in play."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ..networks.network import Shape
from ..play import chance
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.referee import Referee, critic_turns
from ..play.scene import Scene
from ..settings import settings
from .casting import Cast


@settings
class SynthesisSettings:
    """Noise to image."""

    kind: Literal["synthesis"] = "synthesis"
    latent: int = 128
    """Length of the noise vector z."""
    prior: Literal["normal", "uniform"] = "normal"
    """Distribution of z: N(0, 1), or U(-1, 1) as in the original DCGAN code."""
    critic_steps: int = 1
    """Critic updates per generator update, each on a fresh batch (n_critic)."""
    clip: float = 0.0
    """Largest absolute critic weight (Arjovsky et al. 2017 use 0.01); 0 = do not clip."""
    reuse: bool = True
    """The generator learns from the fakes the critic just saw instead of making new ones; with one critic step."""

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, self.latent, classes)

    @property
    def batches(self) -> int:
        """Batches of real samples that one round draws."""
        return self.critic_steps

    def build(self, cast: Cast) -> Game:
        return Synthesis(self, cast)


class Synthesis(Game):
    """One generator against one critic."""

    needs = frozenset({"image"})

    def __init__(self, options: SynthesisSettings, cast: Cast):
        super().__init__()
        self.options, self.cast = options, cast
        self.generator, self.critic = cast.networks["generator"], cast.networks["critic"]
        self.referee = Referee(cast.rules)
        self.reuse = options.reuse and options.critic_steps == 1

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        lends = ("generator",) if self.reuse else ()
        turns = critic_turns(
            "critic", (self.referee, self.scene), repeat=self.options.critic_steps, lends=lends, after=self.tend
        )
        return (Stage("adversarial", (*turns, Turn(("generator",), self.generator_loss)), self.cast.rounds),)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns; the fakes' graph is kept for the generator's."""
        if "fake" not in batch.memo:
            fake = self.fakes(batch)
            if not self.reuse:
                return self.seen(batch, fake)
            batch.memo["fake"] = fake
        return self.seen(batch, batch.memo["fake"].detach())

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        """The generator's turn: on the fakes that the critic just saw, where they were kept."""
        fake = batch.memo.pop("fake") if "fake" in batch.memo else self.fakes(batch)
        return self.referee.generator(self.seen(batch, fake))

    def seen(self, batch: Batch, fake: Tensor) -> Scene:
        """The critic before these fakes and this batch's real images, both under the batch's labels."""
        label = self.label(batch)
        return Scene(lambda x: self.critic(x, label), batch.image, fake, label)

    def fakes(self, batch: Batch) -> Tensor:
        """One generated image for every real one, with its label."""
        z = chance.normal((len(batch), self.options.latent), batch.image.device)
        if self.options.prior == "uniform":
            z = 2 * chance.uniform((len(batch), self.options.latent), batch.image.device) - 1
        return self.generator(z, self.label(batch))

    def label(self, batch: Batch) -> Tensor | None:
        return batch.label if self.cast.classes else None

    def tend(self, readings: Readings) -> None:
        if self.options.clip:
            for parameter in self.critic.parameters():
                parameter.clamp_(-self.options.clip, self.options.clip)
