"""DCGAN as Radford et al. describe it, and the variant with dense layers that most tutorials draw."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.dcgan import DcganCritic, DcganGenerator
from ..networks.dcgan_dense import DcganDenseCritic, DcganDenseGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import EITHER, IMAGES, on_dcgan, on_digits, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe

PAPER = (
    "Radford, Metz and Chintala, Unsupervised Representation Learning with Deep Convolutional Generative "
    "Adversarial Networks, ICLR 2016"
)


def dcgan(facts: Facts) -> Recipe:
    """Uniform noise of 100 numbers, batch 128, Adam at 2e-4 with momentum 0.5, no averaged copy."""
    return on_dcgan("dcgan", facts)


def dcgan_dense(facts: Facts) -> Recipe:
    """The published training set-up on the dense variant of the networks."""
    return replace(
        on_dcgan("dcgan-dense", facts),
        networks={"generator": DcganDenseGenerator(), "critic": DcganDenseCritic()},
        game=SynthesisSettings(latent=100),
    )


def dcgan_r1(facts: Facts) -> Recipe:
    """Half as wide as published, R1 every fourth round, six times the rate, small batches, an averaged copy.

    Each was the best of its sweep in `docs/benchmarks/quality.md`.
    """
    recipe = replace(on_dcgan("dcgan-r1", facts), rules=Rules("nonsaturating", r1=0.1, lazy=4))
    if facts.points:
        return recipe
    return replace(
        recipe,
        networks={"generator": DcganGenerator(width=32), "critic": DcganCritic(width=32)},
        game=SynthesisSettings(latent=100),
        optims=players(Optim(lr=1.2e-3, beta1=0.5)),
        average=Average(half_life_images=5000),
        train=replace(recipe.train, batch=16),
    )


SMALL = ("train.images=30000", "train.batch=64", "average.half_life_images=2000")

DCGAN = {
    "dcgan": Preset(
        make=dcgan,
        family="convolutional",
        line="strided convolutions and batch norm: the classic, set up as published",
        needs=IMAGES,
        when="as the baseline everybody knows; about twice as fast on a CPU as resnet-hinge",
        paper=PAPER,
        cite="radford2016unsupervised",
        differs="logits in place of a final sigmoid; above 128 pixels the width is capped at 16 times",
        toy=Toy(on_digits(dcgan, *SMALL, *widths(32)), "a narrow DCGAN on handwritten digits of 16 pixels"),
    ),
    "dcgan-r1": Preset(
        make=dcgan_r1,
        family="convolutional",
        line="a narrow DCGAN with R1, a high rate, small batches and an averaged copy",
        needs=EITHER,
        when="first, on a CPU: of those compared in minutes it drew the best images; the default there",
        paper="Mescheder, Geiger and Nowozin, Which Training Methods for GANs do actually Converge?, ICML 2018; "
        + PAPER,
        cite="mescheder2018which",
        differs="R1 on DCGAN's networks at half their width, in one round of four with four times the weight",
        toy=Toy(
            on_digits(dcgan_r1, "train.images=15000", "average.half_life_images=2000"),
            "the default on handwritten digits of 16 pixels",
        ),
    ),
    "dcgan-dense": Preset(
        make=dcgan_dense,
        family="convolutional",
        line="DCGAN with dense first and last layers, the form most tutorials draw",
        needs="square images of 16 to 64 pixels in steps of 4 (28 for MNIST)",
        when="for small images whose side is no power of two",
        paper=PAPER,
        cite="radford2016unsupervised",
        differs="a dense first and last layer, with batch norm behind the first; depth follows from the resolution; "
        "normal noise",
        largest=64,
        toy=Toy(
            on_digits(dcgan_dense, *SMALL, *widths(16, "generator"), *widths(32, "critic")),
            "a narrow dense DCGAN on handwritten digits of 16 pixels",
            "to compare the two forms of DCGAN while you wait",
        ),
    ),
}
