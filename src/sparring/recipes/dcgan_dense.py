"""DCGAN with a dense first and last layer."""

from __future__ import annotations

from ..data.settings import DataSettings
from ..games.synthesis import SynthesisSettings
from ..networks.dcgan_dense import DcganDenseCritic, DcganDenseGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .dcgan import PAPER
from .preset import Facts, Preset
from .recipe import Recipe, TrainSettings


def dcgan_dense(facts: Facts) -> Recipe:
    """The published training set-up on the dense variant of the networks."""
    return Recipe(
        name="dcgan-dense",
        networks={"generator": DcganDenseGenerator(), "critic": DcganDenseCritic()},
        game=SynthesisSettings(latent=100),
        rules=Rules("nonsaturating"),
        optims={"generator": Optim(lr=2e-4, beta1=0.5), "critic": Optim(lr=2e-4, beta1=0.5)},
        average=Average(half_life_images=0),
        train=TrainSettings(images=500_000, batch=128),
    )


def dcgan_dense_toy(facts: Facts) -> Recipe:
    return Recipe(
        name="dcgan-dense-toy",
        networks={"generator": DcganDenseGenerator(width=16), "critic": DcganDenseCritic(width=32)},
        game=SynthesisSettings(latent=100),
        rules=Rules("nonsaturating"),
        optims={"generator": Optim(lr=2e-4, beta1=0.5), "critic": Optim(lr=2e-4, beta1=0.5)},
        average=Average(half_life_images=2_000),
        data=DataSettings(spec="builtin:digits", size=16, flip=False, labels="none"),
        train=TrainSettings(images=60_000, batch=64),
    )


DCGAN_DENSE = Preset(
    make=dcgan_dense,
    family="dcgan",
    line="DCGAN with dense first and last layers, the form most tutorials draw",
    needs="square images of 16 to 64 pixels in steps of 4 (28 for MNIST)",
    when="for small images whose side is no power of two",
    paper=PAPER,
    cite="radford2016unsupervised",
    largest=64,
)

DCGAN_DENSE_TOY = Preset(
    make=dcgan_dense_toy,
    family="dcgan",
    line="a narrow dense DCGAN on handwritten digits of 16 pixels",
    needs="nothing: a CPU and a minute",
    when="to compare the two forms of DCGAN while you wait",
    paper=PAPER,
    cite="radford2016unsupervised",
    largest=64,
)
