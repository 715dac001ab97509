"""Residual networks with hinge loss and spectral normalisation: the strong default."""

from __future__ import annotations

from ..data.settings import DataSettings
from ..games.synthesis import SynthesisSettings
from ..networks.resnet import ResnetCritic, ResnetGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .preset import Facts, Preset
from .recipe import Recipe, TrainSettings

PAPER = (
    "Miyato et al., Spectral Normalization for Generative Adversarial Networks, ICLR 2018; hinge loss: Lim and Ye, "
    "Geometric GAN, 2017; two learning rates: Heusel et al., NIPS 2017"
)


def resnet_hinge(facts: Facts) -> Recipe:
    """Two learning rates instead of SNGAN's five critic steps: one step per round is several times cheaper."""
    width = 64 if facts.size <= 32 else 32
    return Recipe(
        name="resnet-hinge",
        networks={"generator": ResnetGenerator(width=width), "critic": ResnetCritic(width=width)},
        game=SynthesisSettings(latent=128),
        rules=Rules("hinge"),
        optims={
            "generator": Optim(lr=1e-4, beta1=0.0, beta2=0.9),
            "critic": Optim(lr=4e-4, beta1=0.0, beta2=0.9),
        },
        average=Average(half_life_images=10_000),
        spectral_norm=("critic",),
        train=TrainSettings(images=500_000, batch=64),
    )


def resnet_hinge_toy(facts: Facts) -> Recipe:
    return Recipe(
        name="resnet-hinge-toy",
        networks={"generator": ResnetGenerator(width=32), "critic": ResnetCritic(width=32)},
        game=SynthesisSettings(latent=64),
        rules=Rules("hinge"),
        optims={
            "generator": Optim(lr=2e-4, beta1=0.0, beta2=0.9),
            "critic": Optim(lr=4e-4, beta1=0.0, beta2=0.9),
        },
        average=Average(half_life_images=2_000),
        spectral_norm=("critic",),
        data=DataSettings(spec="builtin:avatars-small", size=16, labels="none"),
        train=TrainSettings(images=15_000, batch=32),
    )


RESNET_HINGE = Preset(
    make=resnet_hinge,
    family="sngan",
    line="residual networks, hinge loss, spectral norm in the critic, averaged generator: the strong default",
    needs="square images of 16, 32, 64, 128 or 256 pixels, with or without labels",
    when="unless you have a reason for another one",
    paper=PAPER,
    cite="miyato2018spectral",
)

RESNET_HINGE_TOY = Preset(
    make=resnet_hinge_toy,
    family="sngan",
    line="narrow residual networks on cartoon heads of 16 pixels",
    needs="nothing: a CPU and a minute",
    when="to see the default recipe learn while you wait",
    paper=PAPER,
    cite="miyato2018spectral",
)
