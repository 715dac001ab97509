"""Recipes that are about the adversarial loss, all on DCGAN's networks: what differs between them is the loss."""

from __future__ import annotations

from dataclasses import replace

from ..play.optim import Optim
from ..play.referee import Rules
from .ground import EITHER, on_dcgan, on_ring, players
from .preset import Facts, Make, Preset, Toy
from .recipe import Recipe

FGAN = {
    "kl": "the Kullback-Leibler divergence from data to model, which punishes every lost mode",
    "reverse-kl": "the reverse Kullback-Leibler divergence, which prefers few good modes",
    "pearson": "Pearson's chi-squared divergence",
    "hellinger": "the squared Hellinger distance",
    "js": "the Jensen-Shannon divergence",
    "gan": "the divergence of the first GAN, which is Jensen-Shannon's but for a constant",
}


def lsgan(facts: Facts) -> Recipe:
    return replace(on_dcgan("lsgan", facts), rules=Rules("least_squares"))


def relativistic(facts: Facts) -> Recipe:
    return replace(on_dcgan("relativistic", facts), rules=Rules("relativistic"))


def relativistic_average(facts: Facts) -> Recipe:
    return replace(on_dcgan("relativistic-average", facts), rules=Rules("relativistic_average"))


def fgan(divergence: str) -> Make:
    """One divergence of f-GAN, with the paper's practical generator and learning rate."""

    def make(facts: Facts) -> Recipe:
        recipe = on_dcgan(f"fgan-{divergence}", facts)
        rules = Rules(f"fgan_{divergence.replace('-', '_')}", r1=1.0 if facts.points else 0.0)
        return replace(recipe, rules=rules, optims=players(Optim(lr=1e-3 if facts.points else 1e-4, beta1=0.5)))

    return make


def of_fgan(divergence: str, told: str) -> Preset:
    make = fgan(divergence)
    return Preset(
        make=make,
        family="loss",
        line=f"f-GAN with {told}",
        needs=EITHER,
        when="to study divergences; none of them trains better than the plain loss",
        paper="Nowozin, Cseke and Tomioka, f-GAN: Training Generative Neural Samplers using Variational Divergence "
        "Minimization, NIPS 2016",
        cite="nowozin2016fgan",
        differs="DCGAN's networks; exponents are cut off at 10; on points R1",
        toy=Toy(on_ring(make), f"eight Gaussians on a ring, by {told}"),
    )


RELATIVISTIC = "Jolicoeur-Martineau, The Relativistic Discriminator: A Key Element Missing from Standard GAN, ICLR 2019"

LOSSES = {
    "lsgan": Preset(
        make=lsgan,
        family="loss",
        line="least squares: far fakes are still pulled, however sure the critic is",
        needs=EITHER,
        when="where the plain loss stalls early",
        paper="Mao et al., Least Squares Generative Adversarial Networks, ICCV 2017",
        cite="mao2017least",
        differs="DCGAN's networks and learning rate",
        toy=Toy(on_ring(lsgan, "rules.r1=0.1"), "eight Gaussians on a ring, with least squares and a little R1"),
    ),
    "relativistic": Preset(
        make=relativistic,
        family="loss",
        line="the critic compares each fake with a real sample",
        needs=EITHER,
        when="with r1 and r2, which it needs to converge: see r3gan",
        paper=RELATIVISTIC,
        cite="jolicoeur2019relativistic",
        differs="DCGAN's networks",
        toy=Toy(
            on_ring(relativistic, "rules.r1=0.1", "rules.r2=0.1"),
            "eight Gaussians on a ring, compared in pairs, with R1 and R2",
        ),
    ),
    "relativistic-average": Preset(
        make=relativistic_average,
        family="loss",
        line="the critic compares each sample with the mean of the other kind",
        needs=EITHER,
        when="in place of the plain loss, at the same cost",
        paper=RELATIVISTIC,
        cite="jolicoeur2019relativistic",
        differs="DCGAN's networks",
        toy=Toy(
            on_ring(relativistic_average, "rules.r1=0.1"), "eight Gaussians on a ring, compared with means, with R1"
        ),
    ),
    **{f"fgan-{divergence}": of_fgan(divergence, told) for divergence, told in FGAN.items()},
}
