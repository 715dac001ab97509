"""Growing with the resolution: Progressive GAN and the first StyleGAN."""

from __future__ import annotations

from ..games.growing import GrowingSettings
from ..networks.progan import ProganCritic, ProganGenerator
from ..networks.stylegan import StyleganCritic, StyleganGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.settings import Techniques
from .ground import on_digits, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings

PHASE = 600_000
"""Real images of one phase: each level but the first has two, fading in and settling."""


def width_of(size: int) -> int:
    """16 channels at 1024 pixels, doubling with each halving up to 512."""
    return min(16 * 1024 // max(size, 1), 512)


def phases(size: int, smallest: int) -> int:
    return max(1, 2 * ((size // smallest).bit_length() - 1) + 1)


def progan(facts: Facts) -> Recipe:
    """From 4 pixels up; Wasserstein loss with penalty and drift, one critic step."""
    width = width_of(facts.size)
    return Recipe(
        name="progan",
        networks={"generator": ProganGenerator(width=width), "critic": ProganCritic(width=width)},
        game=GrowingSettings(latent=512),
        rules=Rules("wasserstein", gp=10, drift=1e-3),
        optims=players(Optim(lr=1e-3, beta1=0.0, beta2=0.99)),
        average=Average(half_life_images=11_000, ramp=0.0),
        train=TrainSettings(images=PHASE * phases(facts.size, 4), batch=16),
    )


def stylegan(facts: Facts) -> Recipe:
    """From 8 pixels up; the plain loss with R1, and mixed styles."""
    width = width_of(facts.size)
    return Recipe(
        name="stylegan",
        networks={"generator": StyleganGenerator(width=width), "critic": StyleganCritic(width=width)},
        game=GrowingSettings(latent=512, smallest=8),
        rules=Rules("nonsaturating", r1=10),
        optims=players(Optim(lr=1e-3, beta1=0.0, beta2=0.99)),
        average=Average(half_life_images=10_000, ramp=0.0),
        techniques=Techniques(style_mixing=0.9),
        train=TrainSettings(images=PHASE * phases(facts.size, 8), batch=32),
    )


SMALL = (*widths(16), "game.latent=64", "train.batch=16", "average.half_life_images=1000")

GROWING = {
    "progan": Preset(
        make=progan,
        family="style",
        line="grows from 4 pixels up, each resolution faded in",
        needs="square images of 8 to 1024 pixels, thousands; a GPU above 32 pixels",
        when="for its idea; stylegan2 and r3gan are better without growing",
        paper="Karras et al., Progressive Growing of GANs for Improved Quality, Stability, and Variation, ICLR 2018",
        cite="karras2018progressive",
        differs="one batch size for all resolutions",
        toy=Toy(
            on_digits(
                progan, *SMALL, "networks.generator.widest=64", "networks.critic.widest=64", "train.images=12000"
            ),
            "a narrow Progressive GAN on handwritten digits, from 4 to 16 pixels",
        ),
    ),
    "stylegan": Preset(
        make=stylegan,
        family="style",
        line="styles steer every layer of a generator that grows",
        needs="square images of 8 to 1024 pixels, thousands; a GPU above 32 pixels",
        when="to compare with stylegan2, which mends its blobs",
        paper="Karras, Laine and Aila, A Style-Based Generator Architecture for Generative Adversarial Networks, "
        "CVPR 2019",
        cite="karras2019style",
        differs="one batch size and learning rate for all resolutions; every sample mixes styles by itself",
        toy=Toy(
            on_digits(
                stylegan,
                *SMALL,
                "networks.generator.widest=64",
                "networks.critic.widest=64",
                "networks.generator.style=64",
                "networks.generator.mapping_depth=4",
                "rules.lazy=4",
                "train.images=12000",
            ),
            "a narrow StyleGAN on handwritten digits, from 8 to 16 pixels",
        ),
    ),
}
