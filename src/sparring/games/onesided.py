"""Two domains without pairs, one way only: CUT and FastCUT (Park et al. 2020)."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from ..networks.cyclegan import Generator as FeaturedGenerator
from ..networks.network import Shape, positive
from ..play import chance
from ..play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from ..play.scene import Scene
from ..settings import settings
from ..techniques.contrast import PatchContrast, mirrored
from ..techniques.weights import WeightTerms
from .casting import Cast
from .court import Court
from .refusals_of_images import refuse_translation


@settings
class OnesidedSettings:
    """Source to image, of two domains without pairs: patches stay what they are because no others are like them."""

    kind: Literal["onesided"] = "onesided"
    adversarial: float = 1.0
    """Weight of fooling the critic."""
    contrast: float = 1.0
    """Weight of PatchNCE (CUT: 1, FastCUT: 10)."""
    identity: bool = True
    """Half of PatchNCE is about images that already are of the wanted domain (CUT)."""
    flip: bool = False
    """Half of the sources are mirrored before they are translated, and nothing else may change by it (FastCUT)."""
    patches: int = 256
    """Places that are compared in each image and feature map."""

    def __post_init__(self) -> None:
        positive("patches", self.patches)
        if self.adversarial < 0 or self.contrast <= 0:
            raise ValueError(
                "adversarial must not be negative, and contrast must be above 0: nothing else holds the result to its "
                f"source; they are {self.adversarial} and {self.contrast}"
            )

    networks: ClassVar[tuple[str, ...]] = ("generator", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "heads", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator",)

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Onesided(self, cast)


class Onesided(Game):
    """One translator, one critic, and small heads that compare the translator's own features."""

    needs = frozenset({"source", "image"})

    def __init__(self, options: OnesidedSettings, cast: Cast):
        super().__init__()
        refuse_translation(cast)
        self.options, self.cast = options, cast
        generator = cast.networks["generator"]
        if not isinstance(generator, FeaturedGenerator):
            raise ValueError("PatchNCE compares features of the generator's own: take cyclegan-generator")
        self.generator, self.critic = generator, cast.networks["critic"]
        self.court, self.weights = Court(cast), WeightTerms(generator, cast.techniques)
        with torch.no_grad():
            maps = generator.features(torch.zeros(1, *cast.image))
        self.heads, self.multiple = PatchContrast(maps, options.patches), cast.techniques.pack

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "generator": Player((self.generator,), optims["generator"], average),
            "heads": Player((self.heads,), optims["heads"]),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        learn = Turn(("generator", "heads"), self.generator_loss, after=self.tend)
        return (Stage("adversarial", (*self.court.turns(self.scene, lends=("generator",)), learn), self.cast.rounds),)

    def fakes(self, batch: Batch) -> Tensor:
        """Translations of the sources, some of them mirrored first where the settings say so; memo says which."""
        if self.options.flip and "flipped" not in batch.memo:
            batch.memo["flipped"] = chance.uniform((len(batch),), batch.source.device) < 0.5
        return self.generator(mirrored(batch.source, batch.memo.get("flipped")))

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        """What the critic sees in its own turns; the fake's graph is kept for the generator's."""
        fake = batch.memo["fake"] if "fake" in batch.memo else self.fakes(batch)
        batch.memo["fake"] = fake
        return self.court.scene(batch, batch.image, fake, None, clock)

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        kept = batch.memo.pop("fake", None)
        fake = kept if kept is not None and kept.requires_grad else self.fakes(batch)
        terms = self.court.generator(batch.image, fake, None, clock, self.options.adversarial)
        share, features = self.options.contrast / (2 if self.options.identity else 1), self.generator.features
        terms["contrast"] = share * self.heads(features, fake, batch.source, batch.memo.get("flipped"))
        if self.options.identity:
            terms["identity"] = share * self.heads(features, self.generator(batch.image), batch.image)
        return terms | self.weights(self.generator)

    def tend(self, readings: Readings) -> None:
        """After each of the generator's updates."""
        self.weights.follow(self.generator)
