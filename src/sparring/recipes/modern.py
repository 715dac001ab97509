"""R3GAN: residual networks without any trick, and a loss that provably converges."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.r3gan import R3ganCritic, R3ganGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.ada import Ada
from ..techniques.settings import Techniques
from .ground import on_points, on_ring, players
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings

GAMMA = {64: 2.0, 128: 17.0, 256: 150.0}
"""R1 and R2 at first, by side in pixels; the value for 128 lies between the published ones."""
GAMMA_SMALL = 0.05


def r3gan(facts: Facts) -> Recipe:
    """Paired relativistic loss with R1 and R2, which fall to a tenth; augmentation on a schedule."""
    if facts.points:
        return replace(on_points("r3gan"), rules=Rules("relativistic", r1=0.1, r2=0.1))
    gamma = GAMMA.get(facts.size, GAMMA_SMALL)
    return Recipe(
        name="r3gan",
        networks={"generator": R3ganGenerator(), "critic": R3ganCritic()},
        game=SynthesisSettings(latent=64),
        rules=Rules("relativistic", r1=gamma, r2=gamma, anneal=0.1),
        optims=players(Optim(lr=2e-4, beta1=0.0, beta2=0.99, schedule="cosine", final=0.25)),
        average=Average(half_life_images=500_000),
        techniques=Techniques(augment=Ada(adaptive=False, limit=0.3)),
        train=TrainSettings(images=10_000_000, batch=256),
    )


MODERN = {
    "r3gan": Preset(
        make=r3gan,
        family="residual",
        line="residual networks without norms or tricks; relativistic loss with R1 and R2",
        needs="square images of 8 to 512 pixels, thousands; a GPU; or points",
        when="for the best images per parameter, with hours of a GPU",
        paper="Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, NeurIPS 2024",
        cite="huang2024gan",
        differs="the second Adam beta is 0.99 throughout, and schedules follow the length of the run",
        toy=Toy(on_ring(r3gan), "eight Gaussians on a ring, compared in pairs, with R1 and R2"),
    )
}
