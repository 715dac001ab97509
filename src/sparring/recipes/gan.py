"""The first GAN: two fully connected networks."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.mlp import MlpCritic, MlpGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import on_points, on_ring, players
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings


def gan(facts: Facts) -> Recipe:
    """Images as in today's listings of the 2014 network; points with R1.

    Without R1 the plain loss circles around the modes instead of settling on them (Mescheder et al. 2018).
    """
    if facts.points:
        return replace(on_points("gan"), rules=Rules("nonsaturating", r1=0.1))
    return Recipe(
        name="gan",
        networks={"generator": MlpGenerator(), "critic": MlpCritic()},
        game=SynthesisSettings(latent=100),
        optims=players(Optim(lr=2e-4, beta1=0.5)),
        average=Average(half_life_images=0),
        train=TrainSettings(images=500_000, batch=64),
    )


GAN = {
    "gan": Preset(
        make=gan,
        family="gan",
        line="fully connected networks: the first GAN, for images and for points in the plane",
        needs="images of any square size (28 to 32 pixels are plenty), or points",
        when="to learn how GANs behave; every other recipe makes better images",
        paper="Goodfellow et al., Generative Adversarial Nets, NIPS 2014",
        cite="goodfellow2014generative",
        differs="leaky rectifiers, tanh and Adam in place of maxout, sigmoid and SGD, and the non-saturating loss; on "
        "points three hidden layers of 128, and R1",
        largest=32,
        toy=Toy(
            on_ring(gan, "train.images=300000"),
            "eight Gaussians on a ring, to watch modes being found and lost",
            "to try an idea about losses or optimisers",
        ),
    )
}
