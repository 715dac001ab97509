"""Images in pairs, source and what shall become of it: pix2pix, pix2pixHD, SPADE and whatever else has pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import torch
from torch import Tensor

from ..networks.network import Shape, positive
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.likeness_terms import Likeness, LikenessTerms
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_translation


@settings
class PairedSettings:
    """Source to image, with the right answer known."""

    kind: Literal["paired"] = "paired"
    source_channels: int = 3
    """Channels of the source: of an image, or one for every label of a map."""
    conditional: bool = True
    """The critic sees the source beside the image. Without it the generator may ignore the source."""
    adversarial: float = 1.0
    """Weight of fooling the critic; 0 trains on likeness alone."""
    likeness: Likeness = Likeness()
    """Weights of likeness to the right answer."""
    warmup_rounds: int = 0
    """Rounds at the start in which the generator learns by likeness alone."""

    def __post_init__(self) -> None:
        positive("source_channels", self.source_channels)
        for name in ("adversarial", "warmup_rounds"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, and is {getattr(self, name)}")
        if not self.likeness.teaches and (self.warmup_rounds or not self.adversarial):
            raise ValueError("without the critic there is nothing to learn by: set game.likeness.pixel=100")

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        shown = self.source_channels if self.conditional else 0
        return Shape(image, source=(self.source_channels, *image[1:]), shown=shown)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Paired(self, cast)


class Paired(Game):
    """One translator against one critic; the translator learns from the fakes that the critic just saw."""

    def __init__(self, options: PairedSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        self.options, self.cast = options, cast
        self.generator, self.critic = cast.networks["generator"], cast.networks["critic"]
        self.court = Court(replace(cast, image=options.shape(cast.image, 0).judged, classes=0), shown="twins")
        self.weights, self.likeness = WeightTerms(self.generator, cast.techniques), LikenessTerms(options.likeness)
        self.needs, self.multiple = frozenset({"source", "image"}), cast.techniques.pack

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        warm = min(self.options.warmup_rounds, self.cast.rounds)
        alone = Turn(("generator",), self.alone, after=self.tend)
        learn = Turn(("generator",), self.generator_loss, after=self.tend)
        play = (*self.court.turns(self.scene, lends=("generator",)), learn)
        stages = Stage("warm-up", (alone,), warm), Stage("adversarial", play, self.cast.rounds - warm)
        return tuple(stage for stage in stages if stage.rounds)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns; the fake's graph is kept for the generator's."""
        fake = batch.memo["fake"] if "fake" in batch.memo else self.generator(batch.source)
        batch.memo["fake"] = fake
        return self.court.scene(batch, self.beside(batch, batch.image), self.beside(batch, fake), None, clock)

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        kept = batch.memo.pop("fake", None)
        fake = kept if kept is not None and kept.requires_grad else self.generator(batch.source)
        terms = self.likeness(fake, batch.image) | self.weights(self.generator)
        if not self.options.adversarial:
            return terms
        real, fake = self.beside(batch, batch.image), self.beside(batch, fake)
        return self.court.generator(real, fake, None, clock, self.options.adversarial) | terms

    def alone(self, batch: Batch, clock: Clock) -> Losses:
        """The warm-up: no critic."""
        return self.likeness(self.generator(batch.source), batch.image) | self.weights(self.generator)

    def beside(self, batch: Batch, image: Tensor) -> Tensor:
        """The source in front of the image, where the critic shall see both."""
        return torch.cat([batch.source, image], 1) if self.options.conditional else image

    def tend(self, readings: Readings) -> None:
        """After each of the generator's updates."""
        self.weights.follow(self.generator)
