"""The generator's half of a game: noise, fakes, and what it is asked for beyond fooling the critic."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..networks.style import StyleGenerator
from ..play import chance
from ..play.game import Batch, Clock, Losses, Readings, Turn, report
from ..techniques.diversity import alikeness
from ..techniques.path_length import PathLength, path_lengths
from ..techniques.style_mixing import mixed
from ..techniques.weights import WeightTerms
from .casting import Cast, Prior

PATH_EVERY = 4
"""Rounds from one path length penalty to the next, as published."""
LENGTH = "length"
"""Under this name the mean path length is reported."""


class Forger(nn.Module):
    """Makes fakes with the cast's generator; state of its techniques is saved with the game."""

    def __init__(self, cast: Cast, latent: int, prior: Prior, reuse: bool = False):
        super().__init__()
        self.reuse = reuse  # the generator learns from the fakes that the critic just saw
        self.techniques, self.classes = cast.techniques, cast.classes
        self.held = (cast.networks["generator"],)  # in a tuple: the game itself has it as a module
        self.latent, self.prior = latent, prior
        self.weights, self.lengths = WeightTerms(self.generator, self.techniques), PathLength()
        if not isinstance(self.generator, StyleGenerator):
            for name in ("path_length", "style_mixing"):
                if getattr(self.techniques, name):
                    raise ValueError(f"techniques.{name} needs a generator with styles, such as stylegan2-generator")

    @property
    def generator(self) -> nn.Module:
        return self.held[0]

    def noise(self, n: int, device: torch.device) -> Tensor:
        """Fresh z (n, latent)."""
        draw = chance.normal if self.prior == "normal" else chance.symmetric
        return draw((n, self.latent), device)

    def label(self, batch: Batch) -> Tensor | None:
        return batch.label if self.classes else None

    def for_critic(self, batch: Batch) -> Tensor:
        """Fakes for the critic's turns; where they are reused, their graph is kept for the generator's own turn."""
        fake = batch.memo["fake"] if "fake" in batch.memo else self.fakes(batch)
        if self.reuse:
            batch.memo["fake"] = fake
        return fake

    def for_generator(self, batch: Batch) -> Tensor:
        """Fakes for the generator's turn; those whose graph was not kept are made again from the same noise."""
        kept = batch.memo.pop("fake", None)
        return kept if kept is not None and kept.requires_grad else self.fakes(batch)

    def fakes(self, batch: Batch) -> Tensor:
        """One fake for every real image, under its label."""
        known = self.reuse and "z" in batch.memo
        z = batch.memo["z"] if known else self.noise(len(batch), batch.image.device)
        batch.memo["z"] = z
        return self.forge(z, self.label(batch))

    def forge(self, z: Tensor, label: Tensor | None) -> Tensor:
        """Fakes (n, ...) from z (n, latent), some of them of mixed styles where that is asked for."""
        if not self.techniques.style_mixing:
            return self.generator(z, label)
        assert isinstance(self.generator, StyleGenerator)
        return self.generator.synthesis(self.styles(self.generator, z, label))

    def styles(self, generator: StyleGenerator, z: Tensor, label: Tensor | None) -> Tensor:
        """Styles (n, layers, style) from z (n, latent); mixed with fresh ones where that is asked for."""
        styles = generator.mapping(z, label)
        if not self.techniques.style_mixing:
            return styles
        return mixed(styles, generator.mapping(self.noise(len(z), z.device), label), self.techniques.style_mixing)

    def terms(self, batch: Batch, fake: Tensor) -> Losses:
        """Terms of the generator's turn beside the court's; `fake` is what `fakes` made of this batch last."""
        terms = self.weights(self.generator)
        if self.techniques.diversity:
            z = self.noise(len(batch), batch.image.device)
            other = self.forge(z, self.label(batch))
            terms["diversity"] = self.techniques.diversity * alikeness(fake, other, batch.memo["z"], z)
        return terms

    def turns(self) -> tuple[Turn, ...]:
        """Rarer turns of the generator alone."""
        if not self.techniques.path_length:
            return ()
        name, every = "path length", PATH_EVERY
        return (Turn(("generator",), self.path_length, name=name, every=every, gain=every, after=self.tend),)

    def path_length(self, batch: Batch, clock: Clock) -> Losses:
        """On half the batch, in full precision and eagerly, as it is differentiated twice."""
        assert isinstance(self.generator, StyleGenerator)
        n, device, label = max(1, len(batch) // 2), batch.image.device, self.label(batch)
        label = None if label is None else label[: 2 * n : 2]  # every other one, however the batch is divided
        with torch.autocast(device.type, enabled=False), torch.compiler.set_stance("force_eager"):
            styles = self.styles(self.generator, self.noise(n, device), label)
            images = self.generator.synthesis(styles)
            lengths = path_lengths(images, styles, chance.normal(tuple(images.shape), device))
            report(LENGTH, lengths.mean())
            return {"path_length": self.techniques.path_length * self.lengths(lengths).mean()}

    def tend(self, readings: Readings) -> None:
        """After each of the generator's updates, with values already averaged over all processes."""
        self.weights.follow(self.generator)
        if LENGTH in readings:
            self.lengths.follow(readings[LENGTH])
