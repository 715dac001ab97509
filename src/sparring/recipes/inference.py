"""A generator and its inverse: ALI, BiGAN and VEEGAN."""

from __future__ import annotations

from dataclasses import replace

from ..games.inference import InferenceSettings
from ..networks.joint import JointCritic, JointEncoder
from ..play.optim import Optim
from .ground import on_dcgan, on_digits, on_ring, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe


def with_encoder(name: str, facts: Facts, stochastic: bool = False, rebuild: float = 0.0) -> Recipe:
    """DCGAN's generator, an encoder like its critic, and a critic of pairs; the small pair's sizes for points."""
    recipe = on_dcgan(name, facts)
    adam = Optim(lr=1e-3 if facts.points else 2e-4, beta1=0.5)
    width = 128 if facts.points else 64
    return replace(
        recipe,
        networks={
            "generator": recipe.networks["generator"],
            "encoder": JointEncoder(width=width, stochastic=stochastic),
            "critic": JointCritic(width=width),
        },
        game=InferenceSettings(latent=2 if facts.points else 64, rebuild=rebuild),
        optims=dict.fromkeys(("generator", "encoder", "critic"), adam),
    )


def bigan(facts: Facts) -> Recipe:
    return with_encoder("bigan", facts)


def ali(facts: Facts) -> Recipe:
    """BiGAN whose encoder says a Gaussian."""
    return with_encoder("ali", facts, stochastic=True)


def veegan(facts: Facts) -> Recipe:
    """The encoder must find the noise again."""
    return with_encoder("veegan", facts, rebuild=1.0)


SMALL = (*widths(16, "generator", "encoder", "critic"), "train.images=30000", "train.batch=64", "game.latent=16")

NEEDS = "square images of 16, 32, 64 or 128 pixels, 2,000 or more; or points"

INFERENCE = {
    "bigan": Preset(
        make=bigan,
        family="inference",
        line="an encoder learns the generator's inverse in the same game",
        needs=NEEDS,
        when="to have codes of images as well as images",
        paper="Donahue, Krahenbuhl and Darrell, Adversarial Feature Learning, ICLR 2017",
        cite="donahue2017adversarial",
        differs="latent of 64; weights are not shared",
        largest=128,
        toy=Toy(on_digits(bigan, *SMALL), "a narrow BiGAN on handwritten digits of 16 pixels"),
    ),
    "ali": Preset(
        make=ali,
        family="inference",
        line="bigan whose encoder is uncertain",
        needs=NEEDS,
        when="where one image may have several codes",
        paper="Dumoulin et al., Adversarially Learned Inference, ICLR 2017",
        cite="dumoulin2017adversarially",
        differs="DCGAN's networks",
        largest=128,
        toy=Toy(on_digits(ali, *SMALL), "a narrow ALI on handwritten digits of 16 pixels"),
    ),
    "veegan": Preset(
        make=veegan,
        family="inference",
        line="an encoder must find the noise again, so no mode can be lost unnoticed",
        needs=NEEDS,
        when="against lost modes, with an encoder as a gift",
        paper="Srivastava et al., VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational Learning, "
        "NIPS 2017",
        cite="srivastava2017veegan",
        differs="the encoder also learns from the critic, and high logits mean real pairs",
        largest=128,
        toy=Toy(on_ring(veegan), "eight Gaussians on a ring, whose noise must be found again"),
    ),
}
