"""The first GAN: two fully connected networks."""

from __future__ import annotations

from ..data.settings import DataSettings
from ..games.synthesis import SynthesisSettings
from ..networks.mlp import MlpCritic, MlpGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .preset import Facts, Preset
from .recipe import Recipe, TrainSettings

PAPER = "Goodfellow et al., Generative Adversarial Nets, NIPS 2014"


def gan(facts: Facts) -> Recipe:
    """Images as in today's listings of the 2014 network; points with the small pair of 2-D experiments."""
    if facts.points:
        return points(images=1_000_000)
    return Recipe(
        name="gan",
        networks={"generator": MlpGenerator(), "critic": MlpCritic()},
        game=SynthesisSettings(latent=100),
        rules=Rules("nonsaturating"),
        optims={"generator": Optim(lr=2e-4, beta1=0.5), "critic": Optim(lr=2e-4, beta1=0.5)},
        average=Average(half_life_images=0),
        train=TrainSettings(images=500_000, batch=64),
    )


def points(images: int) -> Recipe:
    """Without R1 the plain loss circles around the modes instead of settling on them (Mescheder et al. 2018)."""
    return Recipe(
        name="gan",
        networks={"generator": MlpGenerator(), "critic": MlpCritic()},
        game=SynthesisSettings(latent=2),
        rules=Rules("nonsaturating", r1=0.1),
        optims={"generator": Optim(lr=1e-3, beta1=0.0), "critic": Optim(lr=1e-3, beta1=0.0)},
        average=Average(half_life_images=50_000),
        train=TrainSettings(images=images, batch=256),
    )


def gan_toy(facts: Facts) -> Recipe:
    recipe = points(images=300_000)
    return Recipe(
        name="gan-toy",
        networks=recipe.networks,
        game=recipe.game,
        rules=recipe.rules,
        optims=recipe.optims,
        average=recipe.average,
        data=DataSettings(spec="builtin:ring", labels="none"),
        train=recipe.train,
    )


GAN = Preset(
    make=gan,
    family="gan",
    line="fully connected networks: the first GAN, for images and for points in the plane",
    needs="images of any square size (28 to 32 pixels are plenty), or points",
    when="to learn how GANs behave; every other recipe makes better images",
    paper=PAPER,
    cite="goodfellow2014generative",
    largest=32,
)

GAN_TOY = Preset(
    make=gan_toy,
    family="gan",
    line="eight Gaussians on a ring, to watch modes being found and lost",
    needs="nothing: a CPU and half a minute",
    when="to try an idea about losses or optimisers",
    paper=PAPER,
    cite="goodfellow2014generative",
)
