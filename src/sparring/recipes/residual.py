"""Residual networks with spectral normalisation: SNGAN, its projection, and the variant for fewer critic steps."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.resnet import ResnetCritic, ResnetGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import EITHER, LABELLED, on_digits, on_heads, on_resnet, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe

PAPER = "Miyato et al., Spectral Normalization for Generative Adversarial Networks, ICLR 2018"


def resnet_hinge(facts: Facts) -> Recipe:
    """Two learning rates instead of SNGAN's five critic steps: one step per round is several times cheaper."""
    recipe = on_resnet("resnet-hinge", facts, Rules("hinge"), spectral=True)
    slow, fast = Optim(lr=1e-4, beta1=0.0, beta2=0.9), Optim(lr=4e-4, beta1=0.0, beta2=0.9)
    return replace(recipe, optims=players(slow, fast))


def sngan(facts: Facts) -> Recipe:
    """Published widths, five critic steps, a learning rate that falls linearly to 0."""
    recipe = on_resnet("sngan", facts, Rules("hinge"), spectral=True)
    recipe = replace(recipe, optims=players(Optim(lr=2e-4, beta1=0.0, beta2=0.9, schedule="linear")))
    if facts.points:
        return recipe
    wide = (256, 128) if facts.size <= 32 else (64, 64)
    return replace(
        recipe,
        networks={"generator": ResnetGenerator(width=wide[0]), "critic": ResnetCritic(width=wide[1])},
        game=SynthesisSettings(latent=128, critic_steps=5),
        average=Average(half_life_images=0),
        train=replace(recipe.train, images=5_000_000),
    )


def sngan_projection(facts: Facts) -> Recipe:
    return replace(sngan(facts), name="sngan-projection")


SMALL = (
    *widths(16),
    "optims.generator.lr=1e-3",
    "optims.critic.lr=1e-3",
    "average.half_life_images=2000",
    "train.images=30000",
    "train.batch=16",
)

RESIDUAL = {
    "resnet-hinge": Preset(
        make=resnet_hinge,
        family="residual",
        line="residual networks, hinge loss, spectral norm in the critic, averaged generator",
        needs=EITHER,
        when="for runs of hours or for GPUs, with or without labels",
        paper=f"{PAPER}; hinge loss: Lim and Ye, Geometric GAN, 2017; two learning rates: Heusel et al., NIPS 2017",
        cite="miyato2018spectral",
        differs="two learning rates in place of five critic steps, narrower networks, an averaged generator",
        toy=Toy(
            on_heads(
                resnet_hinge,
                *widths(32),
                "game.latent=64",
                "optims.generator.lr=2e-4",
                "average.half_life_images=2000",
                "train.images=10000",
                "train.batch=32",
            ),
            "narrow residual networks on cartoon heads of 16 pixels",
        ),
    ),
    "sngan": Preset(
        make=sngan,
        family="residual",
        line="SNGAN as published: residual networks, hinge loss, spectral norm, five critic steps",
        needs=EITHER,
        when="to compare with the literature; resnet-hinge is several times cheaper",
        paper=PAPER,
        cite="miyato2018spectral",
        differs="both players see the same batch size",
        toy=Toy(
            on_digits(sngan, *SMALL),
            "narrow SNGAN on handwritten digits of 16 pixels",
        ),
    ),
    "sngan-projection": Preset(
        make=sngan_projection,
        family="conditional",
        line="SNGAN that knows labels: conditional batch norm, and a critic that projects on them",
        needs=LABELLED,
        when="for labelled images; the usual way to tell a critic the label",
        paper="Miyato and Koyama, cGANs with Projection Discriminator, ICLR 2018",
        cite="miyato2018cgans",
        differs="both players see the same batch size",
        toy=Toy(
            on_digits(sngan_projection, *SMALL, labels=True),
            "narrow SNGAN on labelled digits of 16 pixels",
        ),
    ),
}
