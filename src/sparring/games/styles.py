"""Several domains and many styles of each: StarGAN v2 (Choi et al. 2020)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal

from torch import no_grad

from ..networks.network import Shape, positive
from ..networks.stargan2 import Generator, Mapping, StyleEncoder
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.likeness import PIXEL
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .kindred import Styling, anyone, stylings
from .refusals_of_images import refuse_replay, refuse_translation

L1 = PIXEL["l1"]


@settings
class StylesSettings:
    """Image of one label to another label's, in a style that noise decides, or another image."""

    kind: Literal["styles"] = "styles"
    latent: int = 16
    """Length of the noise that styles are made of."""
    style: float = 1.0
    """Weight of reading the wanted style off the result."""
    diversity: float = 1.0
    """Weight at the start of two styles making two images (published: 1 for faces, 2 for animals)."""
    diversity_end: float = 1.0
    """Share of the run, 0..1, at which it has fallen to 0."""
    cycle: float = 1.0
    """Weight of the mean absolute difference after there and back in the image's own style."""

    def __post_init__(self) -> None:
        positive("latent", self.latent)
        if min(self.style, self.diversity, self.cycle) < 0 or not 0 < self.diversity_end <= 1:
            raise ValueError("style, diversity and cycle must not be negative, and diversity_end lies in (0, 1]")

    networks: ClassVar[tuple[str, ...]] = ("generator", "mapping", "encoder", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "mapping", "encoder", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator", "mapping", "encoder")

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, self.latent, classes)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Styles(self, cast)


class Styles(Game):
    """Everybody but the critic learns from styles of noise; from styles of images the translator alone."""

    needs = frozenset({"image", "label"})

    def __init__(self, options: StylesSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        refuse_replay(cast)
        if not cast.classes:
            raise ValueError("this game translates between the labels of its images, and there are none: label them")
        generator, mapping, encoder = (cast.networks[role] for role in options.networks[:3])
        if not (
            isinstance(generator, Generator) and isinstance(mapping, Mapping) and isinstance(encoder, StyleEncoder)
        ):
            raise ValueError(
                "styles are known to stargan2-generator, stargan2-mapping and stargan2-encoder: take these"
            )
        self.generator, self.mapping, self.encoder = generator, mapping, encoder
        self.options, self.cast, self.critic = options, cast, cast.networks["critic"]
        self.court, self.weights = Court(cast), WeightTerms(generator, cast.techniques)

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            name: Player((self.get_submodule(name),), optims[name], average if name != "critic" else None)
            for name in self.options.players
        }

    def stages(self) -> tuple[Stage, ...]:
        noisy, seen, alike = stylings(self.mapping, self.encoder)
        second = (replace(turn, name=f"{turn.title}, seen") for turn in self.court.turns(partial(self.scene, seen)))
        learn = Turn(("generator", "mapping", "encoder"), partial(self.loss, noisy, noisy), after=self.tend)
        alone = Turn(("generator",), partial(self.loss, seen, alike), after=self.tend)
        critics = (*self.court.turns(partial(self.scene, noisy)), *second)
        return (Stage("adversarial", (*critics, learn, alone), self.cast.rounds),)

    def scene(self, style: Styling, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns: the images, and others translated into their domains."""
        fake = self.generator(anyone(batch)[0], style(batch))
        return self.court.scene(batch, batch.image, fake, batch.label, clock)

    def loss(self, style: Styling, other: Styling, batch: Batch, clock: Clock) -> Losses:
        """What this style must become in the critic's eyes and the encoder's; in another style it looks different."""
        (source, home), wanted, o = anyone(batch), style(batch), self.options
        fake = self.generator(source, wanted)
        terms = self.court.generator(batch.image, fake, batch.label, clock)
        terms["style"] = o.style * L1(self.encoder(fake, batch.label), wanted)
        if left := o.diversity * max(0.0, 1 - clock.images / clock.total / o.diversity_end):
            terms["diversity"] = -left * L1(fake, no_grad()(self.generator)(source, other(batch)))
        terms["cycle"] = o.cycle * L1(self.generator(fake, self.encoder(source, home)), source)
        return terms | self.weights(self.generator)

    def tend(self, readings: Readings) -> None:
        """After each of the translator's updates."""
        self.weights.follow(self.generator)
