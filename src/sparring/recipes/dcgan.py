"""DCGAN as Radford et al. describe it."""

from __future__ import annotations

from ..data.settings import DataSettings
from ..games.synthesis import SynthesisSettings
from ..networks.dcgan import DcganCritic, DcganGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .preset import Facts, Preset
from .recipe import Recipe, TrainSettings

PAPER = (
    "Radford, Metz and Chintala, Unsupervised Representation Learning with Deep Convolutional Generative "
    "Adversarial Networks, ICLR 2016"
)


def dcgan(facts: Facts) -> Recipe:
    """Uniform noise of 100 numbers, batch 128, Adam at 2e-4 with momentum 0.5, no averaged copy."""
    return Recipe(
        name="dcgan",
        networks={"generator": DcganGenerator(), "critic": DcganCritic()},
        game=SynthesisSettings(latent=100, prior="uniform"),
        rules=Rules("nonsaturating"),
        optims={"generator": Optim(lr=2e-4, beta1=0.5), "critic": Optim(lr=2e-4, beta1=0.5)},
        average=Average(half_life_images=0),
        train=TrainSettings(images=500_000, batch=128),
    )


def dcgan_toy(facts: Facts) -> Recipe:
    return Recipe(
        name="dcgan-toy",
        networks={"generator": DcganGenerator(width=32), "critic": DcganCritic(width=32)},
        game=SynthesisSettings(latent=100, prior="uniform"),
        rules=Rules("nonsaturating"),
        optims={"generator": Optim(lr=2e-4, beta1=0.5), "critic": Optim(lr=2e-4, beta1=0.5)},
        average=Average(half_life_images=2_000),
        data=DataSettings(spec="builtin:digits", size=16, flip=False, labels="none"),
        train=TrainSettings(images=60_000, batch=64),
    )


DCGAN = Preset(
    make=dcgan,
    family="dcgan",
    line="strided convolutions and batch norm: the classic, set up as published",
    needs="square images of 16, 32, 64, 128 or 256 pixels, 2,000 or more",
    when="as the baseline everybody knows; about twice as fast on a CPU as resnet-hinge",
    paper=PAPER,
    cite="radford2016unsupervised",
)

DCGAN_TOY = Preset(
    make=dcgan_toy,
    family="dcgan",
    line="a narrow DCGAN on handwritten digits of 16 pixels",
    needs="nothing: a CPU and a minute",
    when="to see a DCGAN learn while you wait",
    paper=PAPER,
    cite="radford2016unsupervised",
)
