"""Labels in DCGAN: as constant maps, or by a critic that also classifies."""

from __future__ import annotations

from dataclasses import replace

from ..networks.dcgan import DcganCritic
from ..play.referee import Rules
from .ground import LABELLED, on_dcgan, on_digits, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe


def cgan(facts: Facts) -> Recipe:
    return on_dcgan("cgan", facts)


def acgan(facts: Facts) -> Recipe:
    """Both players minimise the cross-entropy of the critic's classes, on real and on generated images."""
    recipe = replace(on_dcgan("acgan", facts), rules=Rules("nonsaturating", classes_fake=1))
    if facts.points:
        return recipe
    return replace(recipe, networks={**recipe.networks, "critic": DcganCritic(conditioning="auxiliary")})


SMALL = ("train.images=30000", "train.batch=64", "average.half_life_images=2000", *widths(32))

CONDITIONAL = {
    "cgan": Preset(
        make=cgan,
        family="conditional",
        line="DCGAN that is told the label, as numbers beside the noise and maps beside the image",
        needs=LABELLED,
        when="as the plainest way to use labels",
        paper="Mirza and Osindero, Conditional Generative Adversarial Nets, 2014",
        cite="mirza2014conditional",
        differs="DCGAN's networks in place of fully connected ones",
        toy=Toy(on_digits(cgan, *SMALL, labels=True), "a narrow DCGAN on labelled digits of 16 pixels"),
    ),
    "acgan": Preset(
        make=acgan,
        family="conditional",
        line="DCGAN whose critic also says the label",
        needs=LABELLED,
        when="where the label must show; samples of one class tend to be alike",
        paper="Odena, Olah and Shlens, Conditional Image Synthesis with Auxiliary Classifier GANs, ICML 2017",
        cite="odena2017conditional",
        differs="DCGAN's networks",
        toy=Toy(on_digits(acgan, *SMALL, labels=True), "a narrow DCGAN whose critic classifies digits of 16 pixels"),
    ),
}
