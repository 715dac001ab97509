"""Two domains without pairs, there and back again: CycleGAN, and U-GAT-IT with attention."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import nn

from ..layers.adalin import clamp_shares_
from ..networks.network import Shape
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.likeness import PIXEL
from ..techniques.weights import WeightTerms
from .attending import attended, attention, attentive
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_translation

L1 = PIXEL["l1"]


@settings
class CycleSettings:
    """Source to image and image to source, of two domains without pairs."""

    kind: Literal["cycle"] = "cycle"
    adversarial: float = 1.0
    """Weight of fooling each critic."""
    cycle: float = 10.0
    """Weight of the mean absolute difference after there and back (CycleGAN: 10)."""
    identity: float = 5.0
    """Weight of the same for images that already are of the wanted domain (CycleGAN: 0.5 times the cycle's)."""
    attention: float = 0.0
    """Weight of telling apart the two domains in the generators' attention (U-GAT-IT: 1000); only ugatit-generator."""

    def __post_init__(self) -> None:
        for name in ("adversarial", "cycle", "identity", "attention"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, and is {getattr(self, name)}")

    networks: ClassVar[tuple[str, ...]] = ("generator", "inverse", "critic", "critic_inverse")
    players: ClassVar[tuple[str, ...]] = ("generator", "inverse", "critic", "critic_inverse")
    averaged: ClassVar[tuple[str, ...]] = ("generator", "inverse")

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Cycle(self, cast)


class Cycle(Game):
    """Both translators move first, together, and leave their fakes to the critics of the two domains."""

    needs = frozenset({"source", "image"})

    def __init__(self, options: CycleSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        self.options, self.cast = options, cast
        self.generator, self.inverse = cast.networks["generator"], cast.networks["inverse"]
        self.critic, self.critic_inverse = cast.networks["critic"], cast.networks["critic_inverse"]
        self.court, self.court_inverse = Court(cast), Court(cast, player="critic_inverse")
        self.held = (nn.ModuleList([self.generator, self.inverse]),)
        self.weights, self.multiple = WeightTerms(self.held[0], cast.techniques), cast.techniques.pack
        if options.attention and not attentive(self.held[0]):
            raise ValueError("attention needs generators that have it: take ugatit-generator, or set game.attention=0")

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            name: Player((self.get_submodule(name),), optims[name], average if name in self.options.averaged else None)
            for name in self.options.players
        }

    def stages(self) -> tuple[Stage, ...]:
        learn = Turn(("generator", "inverse"), self.translators_loss, after=self.tend)
        critics = (*self.court.turns(self.scene), *self.court_inverse.turns(self.scene_inverse))
        return (Stage("adversarial", (learn, *critics), self.cast.rounds),)

    def translators_loss(self, batch: Batch, clock: Clock) -> Losses:
        source, image, o = batch.source, batch.image, self.options
        (fake, looked), (fake_source, looked_back) = attended(self.generator, source), attended(self.inverse, image)
        batch.memo |= {"fake": fake.detach(), "fake_source": fake_source.detach()}
        terms = self.court.generator(image, fake, None, clock, o.adversarial)
        terms |= self.court_inverse.generator(source, fake_source, None, clock, o.adversarial)
        terms["cycle"] = o.cycle * (L1(self.inverse(fake), source) + L1(self.generator(fake_source), image))
        if o.identity or o.attention:
            (same, at_home), (same_source, back_home) = attended(self.generator, image), attended(self.inverse, source)
            terms["identity"] = o.identity * (L1(same, image) + L1(same_source, source))
            if o.attention:
                told = attention(looked, at_home) + attention(looked_back, back_home)
                terms["attention"] = o.attention * told
        return terms | self.weights(self.held[0])

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic of images sees in its own turns."""
        fake = batch.memo["fake"] if "fake" in batch.memo else self.generator(batch.source)
        return self.court.scene(batch, batch.image, fake, None, clock)

    def scene_inverse(self, batch: Batch, clock: Clock) -> Scene:
        """The same before the critic of sources."""
        fake = batch.memo["fake_source"] if "fake_source" in batch.memo else self.inverse(batch.image)
        return self.court_inverse.scene(batch, batch.source, fake, None, clock)

    def tend(self, readings: Readings) -> None:
        """After each update of the translators."""
        self.weights.follow(self.held[0])
        clamp_shares_(self.held[0])
