"""An autoencoder with a critic: VAE-GAN, and a GAN with a likelihood term."""

from __future__ import annotations

from dataclasses import replace

from ..games.autoencoding import AutoencodingSettings
from ..networks.vaegan import VaeganCritic, VaeganEncoder, VaeganGenerator
from ..play.optim import Average, Optim
from .ground import on_digits, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings


def vaegan(facts: Facts) -> Recipe:
    """RMSprop at 3e-4; reconstructions are compared in the critic's third features."""
    return Recipe(
        name="vaegan",
        networks={"generator": VaeganGenerator(), "encoder": VaeganEncoder(), "critic": VaeganCritic()},
        game=AutoencodingSettings(latent=128, layer=2 if facts.size > 16 else 1),
        optims=dict.fromkeys(("generator", "encoder", "critic"), Optim("rmsprop", lr=3e-4)),
        average=Average(half_life_images=0),
        train=TrainSettings(images=1_000_000, batch=64),
    )


def kl_gan(facts: Facts) -> Recipe:
    """The likelihood of pixels and the divergence of codes stand beside the plain adversarial loss."""
    recipe = vaegan(facts)
    game = AutoencodingSettings(latent=128, space="pixels", rebuild=1e-2)
    return replace(recipe, name="kl-gan", game=game, optims=dict.fromkeys(recipe.optims, Optim(lr=2e-4, beta1=0.5)))


SMALL = (*widths(16, "generator", "encoder", "critic"), "train.images=8000", "train.batch=32", "game.latent=16")
NEEDS = "square images of 16, 32, 64 or 128 pixels, thousands"

AUTOENCODING = {
    "vaegan": Preset(
        make=vaegan,
        family="inference",
        line="a variational autoencoder that compares images as the critic sees them",
        needs=NEEDS,
        when="to encode, change and decode images",
        paper="Larsen et al., Autoencoding beyond Pixels using a Learned Similarity Metric, ICML 2016",
        cite="larsen2016autoencoding",
        differs="the critic sees reconstructions of one half of a batch and samples for the other; logits, no sigmoid",
        largest=128,
        toy=Toy(on_digits(vaegan, *SMALL), "a narrow VAE-GAN on handwritten digits of 16 pixels"),
    ),
    "kl-gan": Preset(
        make=kl_gan,
        family="inference",
        line="the plain loss with a likelihood of pixels and a divergence of codes beside it",
        needs=NEEDS,
        when="where the adversarial loss alone does not settle; images come out softer",
        paper="Larsen et al., Autoencoding beyond Pixels using a Learned Similarity Metric, ICML 2016, as its baseline",
        cite="larsen2016autoencoding",
        differs="VAE-GAN's networks; pixels in place of features",
        largest=128,
        toy=Toy(on_digits(kl_gan, *SMALL), "a narrow one on handwritten digits of 16 pixels"),
    ),
}
