"""Photos to drawings, without pairs: AnimeGAN and AnimeGANv2 (Chen et al. 2020)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import torch

from ..networks.network import Shape
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.referee import over_heads, verdict
from ..play.scene import Scene
from ..settings import settings
from ..techniques.drawn import grayed, smoothed
from ..techniques.drawn_terms import Drawn, DrawnTerms
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_translation


@settings
class DrawingSettings:
    """Source to image, of photos and drawings without pairs."""

    kind: Literal["drawing"] = "drawing"
    adversarial: float = 600.0
    """Weight of fooling the critic (published: 300, with squares that are not halved)."""
    likeness: Drawn = Drawn()
    """Weights of likeness to the photo, and to the drawings' textures."""
    gray: float = 1.0
    """Weight in the critic of gray drawings as further fakes: colours shall not decide."""
    smooth: float = 0.67
    """Weight in the critic of gray drawings with blurred contours as further fakes: contours shall be sharp."""
    warmup_rounds: int = 0
    """Rounds at the start in which the generator learns to show the photo's content, and nothing else."""

    def __post_init__(self) -> None:
        for name in ("adversarial", "gray", "smooth", "warmup_rounds"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, and is {getattr(self, name)}")

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Drawing(self, cast)


class Drawing(Game):
    """One translator, and one critic that is also shown what drawings are not."""

    needs = frozenset({"source", "image"})

    def __init__(self, options: DrawingSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        if cast.image[0] != 3:
            raise ValueError("drawings keep the colours of their photos, and these have none: set data.channels=3")
        self.options, self.cast = options, cast
        self.generator, self.critic = cast.networks["generator"], cast.networks["critic"]
        self.court, self.weights = Court(cast), WeightTerms(self.generator, cast.techniques)
        self.likeness, self.multiple = DrawnTerms(options.likeness), cast.techniques.pack

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        warm = min(self.options.warmup_rounds, self.cast.rounds)
        alone = Turn(("generator",), self.content_alone, after=self.tend)
        first, *penalties = self.court.turns(self.scene)
        critic = replace(first, loss=lambda batch, clock: first.loss(batch, clock) | self.decoys(batch, clock))
        learn = Turn(("generator",), self.generator_loss, after=self.tend)
        turns = (critic, *penalties, learn)
        stages = Stage("warm-up", (alone,), warm), Stage("adversarial", turns, self.cast.rounds - warm)
        return tuple(stage for stage in stages if stage.rounds)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns, beside the decoys."""
        return self.court.scene(batch, batch.image, self.generator(batch.source), None, clock)

    def decoys(self, batch: Batch, clock: Clock) -> Losses:
        """What the critic must know for fakes although it was drawn. The real ones count once, in their scene."""
        gray, terms = grayed(batch.image), Losses()
        for name, decoy in (("gray", gray), ("smooth", smoothed(gray))):
            if weight := getattr(self.options, name):
                scene = self.court.staged(self.critic, batch.image, decoy, None, clock)
                with torch.no_grad():
                    real = verdict(scene.judge, scene.real)
                terms[name] = weight * over_heads(self.court.referee.judging, real, verdict(scene.judge, scene.fake))
        return terms

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        fake = self.generator(batch.source)
        terms = self.court.generator(batch.image, fake, None, clock, self.options.adversarial)
        return terms | self.likeness(fake, batch.source, batch.image) | self.weights(self.generator)

    def content_alone(self, batch: Batch, clock: Clock) -> Losses:
        """The warm-up."""
        seen = self.likeness.looked(self.generator(batch.source))
        return self.likeness.content(seen, batch.source) | self.weights(self.generator)

    def tend(self, readings: Readings) -> None:
        """After each of the generator's updates."""
        self.weights.follow(self.generator)
