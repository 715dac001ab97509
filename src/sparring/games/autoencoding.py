"""An autoencoder whose decoder is a generator: VAE-GAN, and a GAN with a likelihood term."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from ..networks.network import Shape, positive
from ..play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from ..play.scene import Scene, full
from ..settings import settings
from .casting import Cast, Prior
from .court import Court
from .forger import Forger
from .refusals import refuse_halves


@settings
class AutoencodingSettings:
    """Image to noise and back, with a critic."""

    kind: Literal["autoencoding"] = "autoencoding"
    latent: int = 128
    """Length of z, and of the Gaussian that the encoder says."""
    prior: Prior = "normal"
    """Distribution of z. The encoder is held to N(0, 1)."""
    space: Literal["features", "pixels"] = "features"
    """Where images and reconstructions are compared: in the critic's features (Larsen et al. 2016) or in pixels."""
    layer: int = 2
    """Which of the critic's features, counted from 0."""
    divergence: float = 1.0
    """Weight, for the encoder, of the divergence of its Gaussians from N(0, 1)."""
    rebuild: float = 1e-5
    """Weight, for the generator, of the difference to the reconstruction; for the encoder it is 1."""

    def __post_init__(self) -> None:
        positive("latent", self.latent)
        for name in ("layer", "divergence", "rebuild"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, and is {getattr(self, name)}")
        if self.prior != "normal":
            raise ValueError("an encoder that is held to N(0, 1) needs the normal prior")

    networks: ClassVar[tuple[str, ...]] = ("generator", "encoder", "critic")
    players: ClassVar[tuple[str, ...]] = ("generator", "encoder", "critic")
    averaged: ClassVar[tuple[str, ...]] = ("generator", "encoder")

    def shape(self, image: tuple[int, ...], classes: int) -> Shape:
        return Shape(image, self.latent, classes)

    @property
    def batches(self) -> int:
        return 1

    def build(self, cast: Cast) -> Game:
        return Autoencoding(self, cast)


class Autoencoding(Game):
    """The critic sees reconstructions of one half of a batch and samples from noise for the other half."""

    def __init__(self, options: AutoencodingSettings, cast: Cast):
        super().__init__()
        refuse_halves(cast, options.layer if options.space == "features" else None)
        self.options, self.cast = options, cast
        self.generator, self.encoder = cast.networks["generator"], cast.networks["encoder"]
        self.critic = cast.networks["critic"]
        self.forger, self.court = Forger(cast, options.latent, options.prior), Court(cast)
        self.needs = frozenset({"image", "label"} if cast.classes else {"image"})

    def players(self) -> dict[str, Player]:
        optims, average = self.cast.optims, self.cast.average
        return {
            "encoder": Player((self.encoder,), optims["encoder"], average),
            "generator": Player((self.generator,), optims["generator"], average),
            "critic": Player((self.critic,), optims["critic"]),
        }

    def stages(self) -> tuple[Stage, ...]:
        turns = (
            *self.court.turns(self.scene),
            Turn(("encoder",), self.encoder_loss),
            Turn(("generator",), self.generator_loss, after=self.forger.tend),
            *self.forger.turns(),
        )
        return (Stage("adversarial", turns, self.cast.rounds),)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        return self.court.scene(batch, batch.image, self.fakes(batch), self.forger.label(batch), clock)

    def fakes(self, batch: Batch) -> Tensor:
        """One fake for every real image; no gradient reaches the encoder."""
        half, label = len(batch) // 2, self.forger.label(batch)
        code = self.encoder(batch.image, label).sample().detach()[:half]
        z = torch.cat([code, self.forger.noise(len(batch), code.device)[half:].to(code)])
        return self.forger.forge(z, label)

    def encoder_loss(self, batch: Batch, clock: Clock) -> Losses:
        label = self.forger.label(batch)
        code = self.encoder(batch.image, label)
        divergence = self.options.divergence * code.divergence()
        return {"divergence": divergence, "rebuild": self.difference(batch, code.sample(), label)}

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        label = self.forger.label(batch)
        terms = self.court.generator(batch.image, self.fakes(batch), label, clock)
        code = self.encoder(batch.image, label).sample()
        rebuild = self.options.rebuild * self.difference(batch, code, label)
        return terms | {"rebuild": rebuild} | self.forger.weights(self.generator)

    def difference(self, batch: Batch, code: Tensor, label: Tensor | None) -> Tensor:
        """Half the squared distance of images to reconstructions from their codes, summed per image (0-d)."""
        pair = (batch.image, self.forger.forge(code, label))
        if self.options.space == "features":
            pair = tuple(self.critic(image, label).features[self.options.layer] for image in pair)
        real, rebuilt = map(full, pair)
        return (real - rebuilt).square().flatten(1).sum(1).mean() / 2
