"""Recipes that are about what holds the critic back, on residual networks or the small pair for points."""

from __future__ import annotations

from dataclasses import replace

from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import EITHER, IMAGES, on_digits, on_resnet, on_ring, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe
from .residual import resnet_hinge


def gan_stability(facts: Facts) -> Recipe:
    """The authors' 10 is 20 with the factor one half that everybody else writes."""
    recipe = on_resnet("gan-stability", facts, Rules("nonsaturating", r1=1.0 if facts.points else 20.0))
    if facts.points:
        return recipe
    return replace(recipe, optims=players(Optim("rmsprop", lr=1e-4)), average=Average(half_life_images=44_000))


def gp0(facts: Facts) -> Recipe:
    """The slope is held to 0 between real and generated samples, and not only at the real ones."""
    return on_resnet("gp0", facts, Rules("nonsaturating", gp0=1.0 if facts.points else 10.0))


def dragan(facts: Facts) -> Recipe:
    recipe = on_resnet("dragan", facts, Rules("nonsaturating", dragan=1.0 if facts.points else 10.0))
    return recipe if facts.points else replace(recipe, optims=players(Optim(lr=1e-4, beta1=0.5, beta2=0.9)))


def consistency(facts: Facts) -> Recipe:
    """Real and generated images alike must be judged as their mirrored and moved copies are (bCR)."""
    recipe = resnet_hinge(facts)
    return replace(recipe, name="consistency", rules=Rules("hinge", consistency=10, consistency_fake=10))


def lecam(facts: Facts) -> Recipe:
    return replace(resnet_hinge(facts), name="lecam", rules=Rules("hinge", lecam=0.3))


SMALL = (*widths(16), "train.images=10000", "train.batch=32", "average.half_life_images=2000")

PENALTIES = {
    "gan-stability": Preset(
        make=gan_stability,
        family="penalty",
        line="R1: the critic must be flat at real samples, which makes the plain loss converge",
        needs=EITHER,
        when="as the surest way to a training that settles",
        paper="Mescheder, Geiger and Nowozin, Which Training Methods for GANs do actually Converge?, ICML 2018",
        cite="mescheder2018which",
        differs="SNGAN's residual networks, narrower",
        toy=Toy(on_ring(gan_stability), "eight Gaussians on a ring, with R1"),
    ),
    "gp0": Preset(
        make=gp0,
        family="penalty",
        line="the critic must be flat between real and generated samples",
        needs=EITHER,
        when="in place of R1, where fakes are far from the data",
        paper="Thanh-Tung, Tran and Venkatesh, Improving Generalization and Stability of Generative Adversarial "
        "Networks, ICLR 2019",
        cite="thanhtung2019improving",
        differs="SNGAN's residual networks; weight 10 and not 100",
        toy=Toy(on_ring(gp0), "eight Gaussians on a ring, with a critic that is flat in between"),
    ),
    "dragan": Preset(
        make=dragan,
        family="penalty",
        line="the critic's slope is held to 1 around real samples only",
        needs=EITHER,
        when="with any loss, at the cost of one more pass",
        paper="Kodali et al., On Convergence and Stability of GANs, 2017",
        cite="kodali2017convergence",
        differs="SNGAN's residual networks without spectral norm",
        toy=Toy(on_ring(dragan), "eight Gaussians on a ring, with the slope held to 1 around the data"),
    ),
    "consistency": Preset(
        make=consistency,
        family="penalty",
        line="the critic must judge an image as it judges its mirrored and moved copy",
        needs=IMAGES,
        when="against a critic that learns the data by heart; not together with diffaugment or ada",
        paper="Zhao et al., Improved Consistency Regularization for GANs, AAAI 2021",
        cite="zhao2021improved",
        differs="on resnet-hinge; without the consistency of noise",
        toy=Toy(on_digits(consistency, *SMALL), "narrow residual networks on digits, judged consistently"),
    ),
    "lecam": Preset(
        make=lecam,
        family="penalty",
        line="logits are held to the running mean of the other kind",
        needs=EITHER,
        when="for little data, together with diffaugment",
        paper="Tseng et al., Regularizing Generative Adversarial Networks under Limited Data, CVPR 2021",
        cite="tseng2021regularizing",
        differs="on resnet-hinge",
        toy=Toy(
            on_digits(lecam, *SMALL, "rules.lecam_warmup=100"),
            "narrow residual networks on digits, held back by their own past",
        ),
    ),
}
