"""A generator and an encoder the other way round, judged on pairs (z, x): ALI, BiGAN and VEEGAN."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ..networks.network import Shape, positive
from ..play.adversarial import ADVERSARIAL
from ..play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from ..play.scene import Judge, Sample, Scene, Verdict, detached
from ..settings import settings
from .casting import Cast, Prior
from .court import Court
from .forger import Forger


@settings
class InferenceSettings:
    """Noise to image and image to noise, in one game."""

    kind: Literal["inference"] = "inference"
    latent: int = 128
    """Length of the noise vector z, and of what the encoder says."""
    prior: Prior = "normal"
    """Distribution of z: N(0, 1), or U(-1, 1)."""
    critic_steps: int = 1
    """Critic updates per update of the other two, each on a fresh batch."""
    both_ways: bool = True
    """The encoder, too, wants its pairs taken for the generator's (ALI, BiGAN)."""
    rebuild: float = 0.0
    """Weight of the squared distance from z to the encoder's answer to its image (VEEGAN: 1)."""

    def __post_init__(self) -> None:
        positive("latent", self.latent)
        positive("critic_steps", self.critic_steps)
        if self.rebuild < 0:
            raise ValueError(f"rebuild must not be negative, and is {self.rebuild}")
        if not self.both_ways and not self.rebuild:
            raise ValueError("the encoder has nothing to learn from: set game.both_ways=true or game.rebuild=1")

    networks: ClassVar[tuple[str, ...]] = ("generator", "encoder", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "encoder", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator", "encoder")

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, self.latent, classes)

    @property
    def batches(self) -> int:
        return self.critic_steps

    def build(self, cast: Cast) -> Game:
        return Inference(self, cast)


class Inference(Game):
    """Real pairs are (E(x), x), fake ones (z, G(z))."""

    def __init__(self, options: InferenceSettings, cast: Cast):
        super().__init__()
        self.options, self.cast = options, cast
        self.generator, self.encoder = cast.networks["generator"], cast.networks["encoder"]
        self.critic = cast.networks["critic"]
        self.court, self.forger = Court(cast, shown="codes"), Forger(cast, options.latent, options.prior)
        self.needs = frozenset({"image", "label"} if cast.classes else {"image"})

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "encoder": Player((self.encoder,), optims["encoder"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        learn = Turn(("generator", "encoder"), self.pair_loss, after=self.forger.tend)
        turns = (*self.court.turns(self.scene, self.options.critic_steps), learn, *self.forger.turns())
        return (Stage("adversarial", turns, self.cast.rounds),)

    def pairs(self, batch: Batch) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        """Real pairs and fake ones."""
        label = self.forger.label(batch)
        fake = self.forger.fakes(batch)
        return (self.encoder(batch.image, label).sample(), batch.image), (batch.memo["z"], fake)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns."""
        real, fake = self.pairs(batch)
        return self.court.scene(batch, detached(real), fake, self.forger.label(batch), clock)

    def pair_loss(self, batch: Batch, clock: Clock) -> Losses:
        label, (real, fake) = self.forger.label(batch), self.pairs(batch)
        terms = self.court.generator(detached(real), fake, label, clock) | self.forger.terms(batch, fake[1])
        if self.options.both_ways:
            scene = self.court.staged(self.critic, detached(fake), real, label, clock)
            middle = ADVERSARIAL[self.cast.rules.adversarial].threshold or 0.0
            swapped = Scene(negated(scene.judge, middle), scene.real, scene.fake, label)
            terms["encoder"] = self.court.referee.generator(swapped)["adversarial"]
        if self.options.rebuild:
            found = self.encoder(fake[1], label).mean
            terms["rebuild"] = self.options.rebuild * (found - fake[0]).square().sum(1).mean()
        return terms


def negated(judge: Judge, middle: float) -> Judge:
    """The judge for which high logits mean "generated": mirrored at `middle`, where real and generated part."""

    def judge_negated(sample: Sample) -> Verdict:
        verdict = judge(sample)
        return Verdict(tuple(2 * middle - head for head in verdict.logits), verdict.features)

    return judge_negated
