"""Pairs from coarse to fine: pix2pixHD's global part at half the size, its enhancer, and both (Wang et al. 2018)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from ..layers.bottleneck import painting
from ..networks.network import Shape, positive
from ..networks.pix2pixhd import Generator, halved
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.likeness_terms import Likeness, LikenessTerms
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_replay, refuse_translation

Part = Literal["coarse", "frozen", "joint"]


@settings
class EnhancingSettings:
    """Source to image, with the right answer known, and large: half the size first."""

    kind: Literal["enhancing"] = "enhancing"
    source_channels: int = 3
    """Channels of the source: of an image, or one for every label of a map."""
    coarse: float = 0.67
    """Share of the rounds in which the global part learns alone, at half the size."""
    frozen: float = 0.03
    """Share of the rounds after it in which the enhancer alone learns (published: 10 epochs of 300)."""
    adversarial: float = 1.0
    """Weight of fooling the critic."""
    likeness: Likeness = Likeness()
    """Weights of likeness to the right answer."""

    def __post_init__(self) -> None:
        positive("source_channels", self.source_channels)
        if min(self.coarse, self.frozen, self.adversarial) < 0 or self.coarse + self.frozen >= 1:
            raise ValueError("coarse and frozen are shares of the run and leave some of it, and no weight is negative")

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, source=(self.source_channels, *image[1:]), shown=self.source_channels)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Enhancing(self, cast)


class Enhancing(Game):
    """One translator that grows outwards once, and one critic that sees the source beside the image."""

    needs = frozenset({"source", "image"})

    def __init__(self, options: EnhancingSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        refuse_replay(cast)
        self.options, self.cast, generator = options, cast, cast.networks["generator"]
        if not isinstance(generator, Generator) or len(generator.enhancers) != 1:
            raise ValueError(
                "from coarse to fine goes pix2pixhd-generator with networks.generator.enhancers=1: take it"
            )
        self.generator, self.critic = generator, cast.networks["critic"]
        self.head = nn.Sequential(*painting(2 * generator.width, cast.image[0]))  # of no use once there is an enhancer
        self.court = Court(replace(cast, image=options.shape(cast.image, 0).judged, classes=0), shown="twins")
        self.weights, self.likeness = WeightTerms(generator, cast.techniques), LikenessTerms(options.likeness)
        self.multiple = cast.techniques.pack

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator, self.head), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        rounds, o = self.cast.rounds, self.options
        lengths: dict[Part, int] = {"coarse": round(o.coarse * rounds), "frozen": round(o.frozen * rounds)}
        lengths["joint"] = rounds - sum(lengths.values())
        return tuple(Stage(part, self.turns(part), length) for part, length in lengths.items() if length)

    def turns(self, part: Part) -> tuple[Turn, ...]:
        """The critic's, then the translator's, while this part learns."""
        learn = Turn(("generator",), partial(self.generator_loss, part), after=self.tend)
        return (*self.court.turns(partial(self.scene, part)), learn)

    def made(self, part: Part, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Source, image and fake, of half the size while the global part is alone."""
        if part == "coarse":
            source = halved(batch.source)
            return source, halved(batch.image), self.head(self.generator.coarse(source))
        return batch.source, batch.image, self.generator.enhanced(batch.source, part == "frozen")

    def scene(self, part: Part, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns."""
        source, image, fake = self.made(part, batch)
        return self.court.scene(batch, torch.cat([source, image], 1), torch.cat([source, fake], 1), None, clock)

    def generator_loss(self, part: Part, batch: Batch, clock: Clock) -> Losses:
        source, image, fake = self.made(part, batch)
        real, judged = (torch.cat([source, one], 1) for one in (image, fake))
        terms = self.court.generator(real, judged, None, clock, self.options.adversarial)
        return terms | self.likeness(fake, image) | self.weights(self.generator)

    def tend(self, readings: Readings) -> None:
        self.weights.follow(self.generator)
