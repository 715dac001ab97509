"""Several domains, one translator that is told which is wanted: StarGAN (Choi et al. 2018)."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from ..networks.network import Shape, positive
from ..play import chance
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.likeness import PIXEL
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_translation
from .trying import tried


@settings
class DomainsSettings:
    """Image of one label to the same image under another."""

    kind: Literal["domains"] = "domains"
    adversarial: float = 1.0
    """Weight of fooling the critic. Weights of naming the domain are rules.classes and rules.classes_generator."""
    cycle: float = 10.0
    """Weight of the mean absolute difference after there and back (StarGAN: 10)."""
    critic_steps: int = 1
    """Critic updates per update of the translator, each on a fresh batch (StarGAN: 5)."""

    def __post_init__(self) -> None:
        positive("critic_steps", self.critic_steps)
        for name in ("adversarial", "cycle"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, and is {getattr(self, name)}")

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, classes=classes)

    @property
    def batches(self) -> int:
        return self.critic_steps

    def build(self, cast: Cast) -> Game:
        return Domains(self, cast)


class Domains(Game):
    """One translator, and one critic that also names the domain."""

    needs = frozenset({"image", "label"})

    def __init__(self, options: DomainsSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        if not cast.classes:
            raise ValueError("this game translates between the labels of its images, and there are none: label them")
        self.options, self.cast = options, cast
        self.generator, self.critic = cast.networks["generator"], cast.networks["critic"]
        self.court, self.weights = Court(cast), WeightTerms(self.generator, cast.techniques)
        if tried(cast, "critic").classes is None or not cast.rules.classes_generator:
            raise ValueError(
                "nothing tells this translator which domain it reached: take a critic that classifies, such as "
                "stargan-critic, and rules.classes_generator above 0"
            )

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        learn = Turn(("generator",), self.generator_loss, after=self.tend)
        turns = (*self.court.turns(self.scene, self.options.critic_steps), learn)
        return (Stage("adversarial", turns, self.cast.rounds),)

    def wanted(self, batch: Batch) -> Tensor:
        """A random domain for every image (n,), its own among them."""
        return chance.integers(self.cast.classes, (len(batch),), batch.image.device)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns; the label is that of the real images."""
        fake = batch.memo["fake"] if "fake" in batch.memo else self.generator(batch.image, self.wanted(batch))
        batch.memo["fake"] = fake.detach()
        return self.court.scene(batch, batch.image, fake, batch.label, clock)

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        wanted = self.wanted(batch)
        fake = self.generator(batch.image, wanted)
        terms = self.court.generator(batch.image, fake, wanted, clock, self.options.adversarial)
        terms["cycle"] = self.options.cycle * PIXEL["l1"](self.generator(fake, batch.label), batch.image)
        return terms | self.weights(self.generator)

    def tend(self, readings: Readings) -> None:
        """After each of the translator's updates."""
        self.weights.follow(self.generator)
