"""Wasserstein GAN: a critic whose slope is bounded, by clipping its weights or by a penalty."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.mlp import MlpCritic, MlpGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import EITHER, on_dcgan, on_resnet, on_ring, players
from .preset import Facts, Preset, Toy
from .recipe import Recipe


def wgan(facts: Facts) -> Recipe:
    """Weights clipped at 0.01, RMSprop, five critic steps, and a hundred in each of the first 25 rounds."""
    recipe = replace(on_dcgan("wgan", facts), rules=Rules("wasserstein"))
    if facts.points:
        game = SynthesisSettings(latent=2, critic_steps=5, clip=0.1)
        return replace(recipe, game=game, optims=players(Optim("rmsprop", lr=5e-4)))
    return replace(
        recipe,
        game=SynthesisSettings(
            latent=100, prior="uniform", critic_steps=5, clip=0.01, warmup_rounds=25, warmup_critic_steps=100
        ),
        optims=players(Optim("rmsprop", lr=5e-5)),
        train=replace(recipe.train, images=2_500_000, batch=64),
    )


def wgan_gp(facts: Facts) -> Recipe:
    """Five critic steps; a residual critic without batch norm, or three layers of 512 on points with a tenth of the
    penalty, as in the authors' toys."""
    if facts.points:
        wide = (512, 512, 512)
        return Recipe(
            name="wgan-gp",
            networks={
                "generator": MlpGenerator(widths=wide),
                "critic": MlpCritic(widths=wide, activation="relu"),
            },
            game=SynthesisSettings(latent=2, critic_steps=5),
            rules=Rules("wasserstein", gp=0.1),
            optims=players(Optim(lr=1e-4, beta1=0.5, beta2=0.9)),
            average=Average(half_life_images=50_000),
            train=replace(on_dcgan("wgan-gp", facts).train, images=5_000_000),
        )
    recipe = on_resnet("wgan-gp", facts, Rules("wasserstein", gp=10))
    return replace(
        recipe,
        game=SynthesisSettings(latent=128, critic_steps=5),
        optims=players(Optim(lr=1e-4, beta1=0.0, beta2=0.9, schedule="linear")),
        train=replace(recipe.train, images=2_500_000),
    )


WASSERSTEIN = {
    "wgan": Preset(
        make=wgan,
        family="loss",
        line="the Wasserstein distance, with a critic whose weights are clipped",
        needs=EITHER,
        when="to see where WGAN began; wgan-gp is better in every respect but speed",
        paper="Arjovsky, Chintala and Bottou, Wasserstein Generative Adversarial Networks, ICML 2017",
        cite="arjovsky2017wasserstein",
        differs="long critic phases only at the start, and not every 500th round again; on points clipped at 0.1",
        toy=Toy(
            on_ring(wgan, "train.images=1280000"),
            "eight Gaussians on a ring, with clipped weights",
        ),
    ),
    "wgan-gp": Preset(
        make=wgan_gp,
        family="loss",
        line="the Wasserstein distance, with a critic whose slope is held to 1",
        needs=EITHER,
        when="against mode collapse; costs five critic steps a round, and two passes in each",
        paper="Gulrajani et al., Improved Training of Wasserstein GANs, NIPS 2017",
        cite="gulrajani2017improved",
        differs="an averaged generator, narrower networks",
        toy=Toy(
            on_ring(
                wgan_gp,
                "networks.generator.widths=[128,128,128]",
                "networks.critic.widths=[128,128,128]",
                "optims.generator.lr=1e-3",
                "optims.critic.lr=1e-3",
                "train.images=768000",
            ),
            "eight Gaussians on a ring, with the slope held to 1",
        ),
    ),
}
