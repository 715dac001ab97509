"""Self-attention and scale: SAGAN, BigGAN and BigGAN-deep."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.biggan import BigganCritic, BigganGenerator
from ..networks.biggan_deep import BigganDeepCritic, BigganDeepGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import IMAGES, on_digits, on_heads, on_resnet, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe

LATENT = {32: 128, 256: 140}
"""Of BigGAN: every block gets an equal part of it."""


def large_scale(name: str, facts: Facts, beta2: float, eps: float) -> Recipe:
    """Hinge loss, spectral norm in both players, two learning rates, batch 256."""
    recipe = on_resnet(name, facts, Rules("hinge"))
    rates = (Optim(lr=rate, beta1=0.0, beta2=beta2, eps=eps) for rate in (1e-4, 4e-4))
    return replace(
        recipe,
        spectral_norm=("generator", "critic"),
        optims=players(*rates),
        train=replace(recipe.train, images=5_000_000, batch=256),
    )


def sagan(facts: Facts) -> Recipe:
    """Attention at 32 pixels, or at 16 where the image itself is no larger."""
    where = (32 if facts.size > 32 else 16,)
    return replace(
        large_scale("sagan", facts, beta2=0.9, eps=1e-8),
        networks={
            "generator": BigganGenerator(width=64, attention=where, embedding=0, hierarchical=False),
            "critic": BigganCritic(width=64, attention=where, wide=False),
        },
    )


def biggan(facts: Facts) -> Recipe:
    """Published widths, a shared class embedding, and a part of the noise for every block."""
    width = 64 if facts.size <= 32 else 96
    return replace(
        large_scale("biggan", facts, beta2=0.999, eps=1e-6),
        networks={"generator": BigganGenerator(width=width), "critic": BigganCritic(width=width)},
        game=SynthesisSettings(latent=LATENT.get(facts.size, 120)),
        average=Average(half_life_images=100_000),
    )


def biggan_deep(facts: Facts) -> Recipe:
    return replace(
        large_scale("biggan-deep", facts, beta2=0.999, eps=1e-6),
        networks={"generator": BigganDeepGenerator(), "critic": BigganDeepCritic()},
        average=Average(half_life_images=100_000),
    )


BROCK = "Brock, Donahue and Simonyan, Large Scale GAN Training for High Fidelity Natural Image Synthesis, ICLR 2019"
BATCH = "batch 256 and not 2048, one critic step, an average from the start"
SMALL = ("train.batch=32", "average.half_life_images=2000")

ATTENTION = {
    "sagan": Preset(
        make=sagan,
        family="residual",
        line="residual networks with self-attention, spectral norm in both players",
        needs=f"{IMAGES}; a GPU above 32 pixels",
        when="where distant parts of an image must fit together",
        paper="Zhang et al., Self-Attention Generative Adversarial Networks, ICML 2019",
        cite="zhang2019self",
        differs="attention as in the authors' code; an averaged generator; width 64 at all sizes",
        toy=Toy(
            on_heads(sagan, *widths(8), *SMALL, "train.images=10000", "optims.generator.lr=2e-4"),
            "narrow networks with self-attention on cartoon heads of 16 pixels",
        ),
    ),
    "biggan": Preset(
        make=biggan,
        family="residual",
        line="SAGAN made large: shared class embedding, noise for every block, orthogonal weights",
        needs="square images of 16 to 256 pixels, tens of thousands, with labels; GPUs",
        when="for many labelled images and much compute; expect it to collapse late, and keep the best weights",
        paper=BROCK,
        cite="brock2019large",
        differs=BATCH,
        toy=Toy(
            on_digits(biggan, *widths(8), *SMALL, "train.images=10000", "optims.generator.lr=2e-4", labels=True),
            "a tiny BigGAN on labelled digits of 16 pixels",
        ),
    ),
    "biggan-deep": Preset(
        make=biggan_deep,
        family="residual",
        line="BigGAN four times as deep, of bottleneck blocks",
        needs="square images of 16 to 256 pixels, tens of thousands, with labels; GPUs",
        when="in place of biggan, at 128 pixels and above",
        paper=BROCK,
        cite="brock2019large",
        differs=BATCH,
        toy=Toy(
            on_digits(
                biggan_deep,
                *widths(16),
                *SMALL,
                "networks.generator.depth=1",
                "networks.critic.depth=1",
                "optims.generator.lr=2e-4",
                "train.images=6000",
                labels=True,
            ),
            "a tiny BigGAN-deep on labelled digits of 16 pixels",
        ),
    ),
}
