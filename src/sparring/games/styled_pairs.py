"""Images in pairs, and the style that a source leaves open: SPADE with its encoder (Park et al. 2019)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import torch
from torch import Tensor

from ..networks.network import Shape, positive
from ..networks.spade import Generator
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.likeness_terms import Likeness, LikenessTerms
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_translation
from .trying import tried


@settings
class StyledPairsSettings:
    """Source to image with the right answer known, whose style an encoder says; afterwards noise decides it."""

    kind: Literal["styled-pairs"] = "styled-pairs"
    source_channels: int = 3
    """Channels of the source: of an image, or one for every label of a map."""
    latent: int = 256
    """Length of the style (published: 256)."""
    adversarial: float = 1.0
    """Weight of fooling the critic."""
    divergence: float = 0.05
    """Weight of the styles' Kullback-Leibler divergence from noise, mean over samples (published: 0.05, of the sum)."""
    likeness: Likeness = Likeness()
    """Weights of likeness to the right answer."""

    def __post_init__(self) -> None:
        for name in ("source_channels", "latent"):
            positive(name, getattr(self, name))
        if min(self.adversarial, self.divergence) < 0:
            raise ValueError("adversarial and divergence are weights and must not be negative")

    networks: ClassVar[tuple[str, ...]] = ("generator", "encoder", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "encoder", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator", "encoder")

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        source = (self.source_channels, *image[1:])
        return Shape(image, self.latent, source=source, shown=self.source_channels)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return StyledPairs(self, cast)


class StyledPairs(Game):
    """Translator and encoder learn together; the critic sees the source beside the image."""

    needs = frozenset({"source", "image"})

    def __init__(self, options: StyledPairsSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        self.options, self.cast = options, cast
        generator, self.encoder = cast.networks["generator"], cast.networks["encoder"]
        if not isinstance(generator, Generator) or tried(cast, "encoder").log_variance is None:
            raise ValueError("a style is said by spade-encoder and painted by spade-generator: take these")
        self.generator, self.critic = generator, cast.networks["critic"]
        self.court = Court(replace(cast, image=options.shape(cast.image, 0).judged, classes=0), shown="twins")
        self.weights, self.likeness = WeightTerms(generator, cast.techniques), LikenessTerms(options.likeness)
        self.multiple = cast.techniques.pack

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            name: Player((self.get_submodule(name),), optims[name], average if name != "critic" else None)
            for name in self.options.players
        }

    def stages(self) -> tuple[Stage, ...]:
        learn = Turn(("generator", "encoder"), self.generator_loss, after=self.tend)
        return (Stage("adversarial", (*self.court.turns(self.scene), learn), self.cast.rounds),)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns."""
        fake = self.generator(batch.source, z=self.encoder(batch.image).sample())
        return self.court.scene(batch, self.beside(batch, batch.image), self.beside(batch, fake), None, clock)

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        code = self.encoder(batch.image)
        fake = self.generator(batch.source, z=code.sample())
        real, judged = self.beside(batch, batch.image), self.beside(batch, fake)
        terms = self.court.generator(real, judged, None, clock, self.options.adversarial)
        terms["divergence"] = self.options.divergence * code.divergence()
        return terms | self.likeness(fake, batch.image) | self.weights(self.generator)

    def beside(self, batch: Batch, image: Tensor) -> Tensor:
        return torch.cat([batch.source, image], 1)

    def tend(self, readings: Readings) -> None:
        """After each update of the translator."""
        self.weights.follow(self.generator)
