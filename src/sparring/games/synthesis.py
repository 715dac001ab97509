"""Noise, and a label where there is one, to image: what GAN, DCGAN, WGAN(-GP), LSGAN, SNGAN, R3GAN and others
have in common. They differ in networks and rules, not in play."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ..networks.network import Shape, positive
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

    def __post_init__(self) -> None:
        positive("latent", self.latent)
        positive("critic_steps", self.critic_steps)
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
        self.referee = Referee(cast.rules)
        self.reuse = options.reuse and options.critic_steps == 1
        self.needs = frozenset({"image", "label"} if cast.classes else {"image"})
        if options.clip and (penalties := [*cast.rules.penalties]):
            raise ValueError(
                f"clip and {penalties[0]} both bound the critic; set game.clip or rules.{penalties[0]} to 0"
            )
        self.tend({})

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
        fake = batch.memo["fake"] if "fake" in batch.memo else self.fakes(batch)
        if self.reuse:
            batch.memo["fake"] = fake
        return self.seen(batch, fake.detach())

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        """The generator's turn: on the fakes that the critic just saw, where their graph was kept."""
        kept = batch.memo.pop("fake", None)
        fake = kept if kept is not None and kept.requires_grad else self.fakes(batch)
        return self.referee.generator(self.seen(batch, fake))

    def seen(self, batch: Batch, fake: Tensor) -> Scene:
        """The critic before these fakes and this batch's real images, both under the batch's labels."""
        label = self.label(batch)
        return Scene(lambda x: self.critic(x, label), batch.image, fake, label)

    def fakes(self, batch: Batch) -> Tensor:
        """One generated image for every real one, with its label."""
        draw = chance.normal if self.options.prior == "normal" else chance.symmetric
        z = batch.memo["z"] if "z" in batch.memo else draw((len(batch), self.options.latent), batch.image.device)
        if self.reuse:  # fakes whose graph was not kept are made again
            batch.memo["z"] = z
        return self.generator(z, self.label(batch))

    def label(self, batch: Batch) -> Tensor | None:
        return batch.label if self.cast.classes else None

    def tend(self, readings: Readings) -> None:
        """Keep the weights of a clipped critic within their bound."""
        for parameter in self.critic.parameters() if self.options.clip else ():
            parameter.data.clamp_(-self.options.clip, self.options.clip)
