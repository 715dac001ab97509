"""Recipes that are about one technique, on DCGAN or the small pair: against collapse, for variety, for calm."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.mlp import MlpCritic, MlpGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..play.targets import Targets
from ..techniques.minibatch import Minibatch
from ..techniques.settings import Techniques
from .ground import EITHER, IMAGES, on_dcgan, on_digits, on_resnet, on_ring, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings
from .residual import resnet_hinge

ONE_SIDED = Targets(real=(0.9, 0.9))


def unrolled(facts: Facts) -> Recipe:
    """Five steps ahead; on points the authors' networks, with the loss whose value both players share."""
    techniques = Techniques(unroll=5)
    if not facts.points:
        return replace(on_dcgan("unrolled", facts), techniques=techniques)
    wide = (128, 128)
    return Recipe(
        name="unrolled",
        networks={
            "generator": MlpGenerator(widths=wide, activation="tanh"),
            "critic": MlpCritic(widths=wide, activation="tanh"),
        },
        game=SynthesisSettings(latent=256),
        rules=Rules("minimax"),
        optims=players(Optim(lr=1e-3, beta1=0.5), Optim(lr=1e-4, beta1=0.5)),
        average=Average(half_life_images=0),
        techniques=replace(techniques, unroll_rule="adam"),
        train=TrainSettings(images=5_000_000, batch=512),
    )


def pacgan(facts: Facts) -> Recipe:
    """Packs of two; on points the authors' networks and optimiser."""
    recipe = replace(on_dcgan("pacgan", facts), techniques=Techniques(pack=2))
    if not facts.points:
        return recipe
    return replace(
        recipe,
        networks={
            "generator": MlpGenerator(widths=(400, 400, 400, 400), batch_norm=True),
            "critic": MlpCritic(widths=(200, 200, 200), activation="maxout"),
        },
        optims=players(Optim(lr=1e-4, beta1=0.8)),
        train=TrainSettings(images=40_000_000, batch=100),
    )


def minibatch(facts: Facts) -> Recipe:
    recipe = on_dcgan("minibatch", facts)
    return replace(recipe, minibatch=Minibatch(100), rules=Rules("nonsaturating", targets=ONE_SIDED))


def improved(facts: Facts) -> Recipe:
    """All of the paper that does not exclude the rest: matched features, virtual norm, smoothing, averaging."""
    recipe = on_dcgan("improved", facts)
    return replace(
        recipe,
        rules=Rules("nonsaturating", feature_matching=1, targets=ONE_SIDED),
        virtual_norm=() if facts.points else ("generator",),
        techniques=Techniques(historical=1e-3),
    )


def replay(facts: Facts) -> Recipe:
    return replace(on_dcgan("replay", facts), techniques=Techniques(replay=1000))


def instance_noise(facts: Facts) -> Recipe:
    return replace(on_dcgan("instance-noise", facts), techniques=Techniques(noise=0.3 if facts.points else 0.1))


def msgan(facts: Facts) -> Recipe:
    return replace(on_dcgan("msgan", facts), techniques=Techniques(diversity=1))


def topk(facts: Facts) -> Recipe:
    """The worst half of the fakes is left out in the end."""
    return replace(resnet_hinge(facts), name="topk", techniques=Techniques(top_k=0.5))


def label_smoothing(facts: Facts) -> Recipe:
    """Real targets of 0.9, and one in twenty labels exchanged."""
    rules = Rules("nonsaturating", targets=replace(ONE_SIDED, flip=0.05))
    return replace(on_dcgan("label-smoothing", facts), rules=rules)


def ttur(facts: Facts) -> Recipe:
    """The plain loss, one step each, and a critic that learns three times as fast."""
    recipe = on_resnet("ttur", facts, Rules("nonsaturating"), spectral=True)
    return replace(recipe, optims=players(Optim(lr=1e-4, beta1=0.0, beta2=0.9), Optim(lr=3e-4, beta1=0.0, beta2=0.9)))


SALIMANS = "Salimans et al., Improved Techniques for Training GANs, NIPS 2016"
SMALL = (*widths(16), "train.images=10000", "train.batch=32", "average.half_life_images=2000")
UNROLLED = (
    *("train.batch=128", "train.images=64000", "game.latent=2", "average.half_life_images=5000"),
    *("networks.generator.activation=relu", "networks.critic.activation=leaky_relu"),
    *("optims.generator.beta1=0", "optims.critic.lr=1e-3", "optims.critic.beta1=0"),
    *("techniques.unroll_rule=sgd", "techniques.unroll_rate=0.05"),
)

TECHNIQUES = {
    "unrolled": Preset(
        make=unrolled,
        family="technique",
        line="the generator looks five critic updates ahead",
        needs=f"{EITHER}; several times the memory",
        when="to study collapse on small problems; it costs five more critic passes",
        paper="Metz et al., Unrolled Generative Adversarial Networks, ICLR 2017",
        cite="metz2017unrolled",
        differs="DCGAN's networks for images; every look ahead sees the batch at hand",
        toy=Toy(
            on_ring(unrolled, *UNROLLED),
            "eight Gaussians on a ring, looking five updates ahead",
        ),
    ),
    "pacgan": Preset(
        make=pacgan,
        family="technique",
        line="the critic judges two samples at once, and sees when they are alike",
        needs=f"{EITHER}; no labels",
        when="against lost modes, at almost no cost",
        paper="Lin et al., PacGAN: The Power of Two Samples in Generative Adversarial Networks, NeurIPS 2018",
        cite="lin2018pacgan",
        differs="DCGAN as published for images",
        toy=Toy(
            on_ring(
                pacgan,
                "train.batch=100",
                "train.images=100000",
                "optims.generator.lr=1e-3",
                "optims.critic.lr=1e-3",
                "networks.generator.widths=[128,128,128]",
                "networks.generator.batch_norm=false",
            ),
            "eight Gaussians on a ring, judged in packs of two",
        ),
    ),
    "minibatch": Preset(
        make=minibatch,
        family="technique",
        line="the critic sees how alike the samples of a batch are; real targets of 0.9",
        needs=EITHER,
        when="against collapse to a few images",
        paper=SALIMANS,
        cite="salimans2016improved",
        differs="DCGAN's networks; similarities are added to the logit",
        toy=Toy(
            on_ring(minibatch, "minibatch.measures=8", "train.batch=128", "train.images=128000", "rules.r1=0.1"),
            "eight Gaussians on a ring, each batch compared within itself",
        ),
    ),
    "improved": Preset(
        make=improved,
        family="technique",
        line="matched features, virtual batch norm, one-sided smoothing, historical averaging",
        needs=EITHER,
        when="for calm training of DCGAN, and to study its parts with --ablate",
        paper=SALIMANS,
        cite="salimans2016improved",
        differs="DCGAN's networks; matched features are added to the plain loss; a thousandth of the averaging",
        toy=Toy(on_digits(improved, *SMALL), "a narrow DCGAN on digits with the techniques of 2016"),
    ),
    "replay": Preset(
        make=replay,
        family="technique",
        line="the critic is shown past fakes again, so that it does not forget them",
        needs=EITHER,
        when="where the generator goes round in circles",
        paper="Shrivastava et al., Learning from Simulated and Unsupervised Images through Adversarial Training, "
        "CVPR 2017",
        cite="shrivastava2017learning",
        differs="on DCGAN, with a pool of 1,000",
        toy=Toy(on_ring(replay, "rules.r1=0.1"), "eight Gaussians on a ring, with past fakes"),
    ),
    "instance-noise": Preset(
        make=instance_noise,
        family="technique",
        line="everything the critic sees is noisy at first",
        needs=EITHER,
        when="where the critic wins at once",
        paper="Sonderby et al., Amortised MAP Inference for Image Super-resolution, ICLR 2017",
        cite="sonderby2017amortised",
        differs="on DCGAN; the noise fades linearly over the whole run",
        toy=Toy(on_ring(instance_noise), "eight Gaussians on a ring, blurred at first"),
    ),
    "msgan": Preset(
        make=msgan,
        family="technique",
        line="images of different noise are pulled apart",
        needs=IMAGES,
        when="where labels leave little variety within a class",
        paper="Mao et al., Mode Seeking Generative Adversarial Networks for Diverse Image Synthesis, CVPR 2019",
        cite="mao2019mode",
        differs="on DCGAN; the critic sees one image of each pair",
        toy=Toy(on_digits(msgan, *SMALL), "a narrow DCGAN on digits, pulled apart"),
    ),
    "topk": Preset(
        make=topk,
        family="technique",
        line="the generator learns from its better fakes alone",
        needs=EITHER,
        when="late in training, for fewer bad samples",
        paper="Sinha et al., Top-k Training of GANs: Improving GAN Performance by Throwing Away Bad Samples, "
        "NeurIPS 2020",
        cite="sinha2020topk",
        differs="on resnet-hinge; the share falls linearly to a half",
        toy=Toy(on_digits(topk, *SMALL), "narrow residual networks on digits, learning from the better half"),
    ),
    "label-smoothing": Preset(
        make=label_smoothing,
        family="technique",
        line="the critic is asked for 0.9 and not for certainty, and lied to now and then",
        needs=EITHER,
        when="where the plain critic grows too sure",
        paper=SALIMANS,
        cite="salimans2016improved",
        differs="on DCGAN; one in twenty labels is exchanged",
        toy=Toy(on_ring(label_smoothing, "rules.r1=0.1"), "eight Gaussians on a ring, with softened labels"),
    ),
    "ttur": Preset(
        make=ttur,
        family="technique",
        line="the critic learns three times as fast as the generator",
        needs=EITHER,
        when="in place of several critic steps",
        paper="Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, "
        "NIPS 2017",
        cite="heusel2017gans",
        differs="residual networks with spectral norm",
        toy=Toy(on_digits(ttur, *SMALL), "narrow residual networks on digits, with two learning rates"),
    ),
}
