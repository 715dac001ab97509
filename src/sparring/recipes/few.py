"""For few images and little time: FastGAN, Projected GAN, and DiffAugment around residual networks."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.fastgan import FastganCritic, FastganGenerator
from ..networks.projected import ProjectedCritic
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.diffaugment import DiffAugment
from ..techniques.settings import Techniques
from .ground import on_heads, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings
from .residual import resnet_hinge


def fastgan(facts: Facts) -> Recipe:
    """Batches of 8, a critic that also learns to rebuild real images, DiffAugment without cutout."""
    return Recipe(
        name="fastgan",
        networks={"generator": FastganGenerator(), "critic": FastganCritic()},
        game=SynthesisSettings(latent=256),
        rules=Rules("random_hinge", reconstruction=1),
        optims=players(Optim(lr=2e-4, beta1=0.5)),
        average=Average(half_life_images=5_500, ramp=0.0),
        spectral_norm=("generator", "critic"),
        techniques=Techniques(augment=DiffAugment(policy=("color", "translation"))),
        train=TrainSettings(images=400_000, batch=8),
    )


def projected(facts: Facts) -> Recipe:
    """FastGAN's generator against critics of pretrained features."""
    return Recipe(
        name="projected",
        networks={"generator": FastganGenerator(tanh=False), "critic": ProjectedCritic()},
        game=SynthesisSettings(latent=256),
        rules=Rules("hinge"),
        optims=players(Optim(lr=2e-4, beta1=0.0, beta2=0.99)),
        average=Average(half_life_images=20_000),
        spectral_norm=("generator",),
        techniques=Techniques(augment=DiffAugment(hole=0.2)),
        train=TrainSettings(images=1_000_000, batch=64),
    )


def diffaugment(facts: Facts) -> Recipe:
    """All three operations, on resnet-hinge."""
    return replace(resnet_hinge(facts), name="diffaugment", techniques=Techniques(augment=DiffAugment()))


FEW = {
    "fastgan": Preset(
        make=fastgan,
        family="few images",
        line="a light generator with skip-layer excitation, a critic that rebuilds what it sees",
        needs="square images of 32 to 1024 pixels, from a hundred on",
        when="for a hundred to a few thousand images",
        paper="Liu et al., Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image Synthesis, "
        "ICLR 2021",
        cite="liu2021towards",
        differs="reconstructions are compared in pixels (L1) and not in a feature network",
        largest=256,
        toy=Toy(
            on_heads(
                fastgan,
                *widths(8),
                "networks.generator.lite=true",
                "game.latent=64",
                "optims.generator.lr=1e-3",
                "optims.critic.lr=1e-3",
                "average.half_life_images=200",
                "train.images=1200",
                size=32,
            ),
            "a narrow FastGAN on cartoon heads of 32 pixels",
        ),
    ),
    "projected": Preset(
        make=projected,
        family="few images",
        line="critics that look at pretrained features: by far the fastest to good images",
        needs="square images of 32 to 1024 pixels, from a few hundred on; pip install sparring[projected]",
        when="for the quickest result; distances in features pretrained on ImageNet flatter it",
        paper="Sauer et al., Projected GANs Converge Faster, NeurIPS 2021",
        cite="sauer2021projected",
        toy=Toy(
            on_heads(
                projected,
                *widths(8, "generator"),
                "networks.generator.lite=true",
                "networks.critic.side=64",
                "networks.critic.width=16",
                "game.latent=64",
                "train.batch=16",
                "average.half_life_images=500",
                "train.images=480",
                size=32,
            ),
            "a narrow Projected GAN on cartoon heads of 32 pixels",
        ),
    ),
    "diffaugment": Preset(
        make=diffaugment,
        family="few images",
        line="residual networks, real and generated images augmented alike",
        needs="square images of 16, 32, 64, 128 or 256 pixels, from a hundred on",
        when="for little data: the cheapest remedy against a critic that learns it by heart",
        paper="Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, NeurIPS 2020",
        cite="zhao2020differentiable",
        differs="on resnet-hinge",
        toy=Toy(
            on_heads(diffaugment, *widths(16), "train.images=15000", "train.batch=32", "average.half_life_images=2000"),
            "narrow residual networks on cartoon heads of 16 pixels, augmented",
        ),
    ),
}
