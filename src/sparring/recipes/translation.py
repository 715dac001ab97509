"""Images from images where the right answer is known: pix2pix and what stands on it."""

from __future__ import annotations

from dataclasses import replace

from ..data.settings import DataSettings
from ..games.paired import PairedSettings
from ..networks.multiscale import MultiscaleCritic
from ..networks.patchgan import PatchCritic
from ..networks.pix2pixhd import Pix2pixhdGenerator
from ..networks.retouch import RetouchGenerator
from ..networks.spade import SpadeGenerator
from ..networks.unet import UnetGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.likeness_terms import Likeness
from .ground import made_small, players, widths
from .preset import Facts, Make, Preset, Toy
from .recipe import Recipe, TrainSettings

UNKNOWN, MOST = 1000, 1_000_000
SEEN = Likeness(pixel=0.0, perceptual=10.0)
FAMILY = "translation of pairs"
PIX2PIX = "Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, CVPR 2017"
SHORT = "images are mirrored and not cropped at random; at most a million of them instead of 200 epochs"


def epochs(facts: Facts, count: int) -> int:
    """Real images in so many epochs; of 1,000 where nobody counted, and a million at most."""
    return min(MOST, count * (facts.count or UNKNOWN))


def halvings(size: int, most: int) -> int:
    """How often a side of so many pixels can be halved evenly, up to `most`; at least twice, which may be refused."""
    return max(2, min(most, (size & -size).bit_length() - 1))


def patches(size: int, norm: str = "batch", blur: bool = False) -> PatchCritic:
    """The critic of squares of 70 pixels; of 34 for images that are too small for it."""
    return PatchCritic(layers=3 if size >= 24 else 2, norm=norm, blur=blur)  # type: ignore[arg-type]


def pix2pix(facts: Facts) -> Recipe:
    """A U-Net down to one pixel; Adam at 2e-4, batches of one, the rate falling over the second half."""
    return Recipe(
        name="pix2pix",
        networks={"generator": UnetGenerator(depth=halvings(facts.size, 8)), "critic": patches(facts.size)},
        game=PairedSettings(source_channels=facts.source or 3),
        optims=players(Optim(lr=2e-4, beta1=0.5, schedule="linear", hold=0.5)),
        average=Average(half_life_images=0),
        train=TrainSettings(images=epochs(facts, 200), batch=1),
    )


def pix2pixhd(facts: Facts) -> Recipe:
    """Two scales of critics whose features are matched, and features of an eye in place of pixels."""
    recipe = pix2pix(facts)
    return replace(
        recipe,
        name="pix2pixhd",
        networks={
            "generator": Pix2pixhdGenerator(halvings=max(1, halvings(facts.size, 6) - 2)),
            "critic": MultiscaleCritic(layers=3 if facts.size >= 32 else 2),
        },
        # Least squares is halved here and averaged over the scales, which the paper adds up.
        game=PairedSettings(source_channels=facts.source or 3, adversarial=4.0, likeness=SEEN),
        rules=Rules("least_squares", matching=10.0),
    )


def spade(facts: Facts) -> Recipe:
    """The source enters through the norms; hinge loss, spectral norm, the critic four times as fast."""
    recipe, optim = pix2pixhd(facts), Optim(lr=1e-4, beta1=0.0, beta2=0.9, schedule="linear", hold=0.5)
    return replace(
        recipe,
        name="spade",
        networks={
            "generator": SpadeGenerator(doublings=6 if facts.size >= 512 else 5),
            "critic": MultiscaleCritic(layers=3 if facts.size >= 32 else 2, spectral=True),
        },
        game=PairedSettings(source_channels=facts.source or 3, likeness=SEEN),
        rules=Rules("hinge", matching=10.0),
        optims=players(optim, replace(optim, lr=4e-4)),
        train=replace(recipe.train, batch=32),
    )


def colourise(facts: Facts) -> Recipe:
    """As pix2pix, but it makes the colours alone: the brightness of the gray picture stays as it is."""
    recipe = pix2pix(replace(facts, source=1))
    unet = UnetGenerator(depth=halvings(facts.size, 8))
    return replace(
        recipe,
        name="colourise",
        networks={**recipe.networks, "generator": RetouchGenerator(keep="brightness", unet=unet)},
        data=DataSettings(source="gray", channels=3),
    )


def inpaint(facts: Facts) -> Recipe:
    """As pix2pix, but it makes what belongs into a hole alone: everything outside stays as it is."""
    recipe = pix2pix(replace(facts, source=facts.shape[0] + 1))
    unet = UnetGenerator(depth=halvings(facts.size, 8))
    return replace(
        recipe,
        name="inpaint",
        networks={**recipe.networks, "generator": RetouchGenerator(keep="outside", unet=unet)},
        data=DataSettings(source="mask"),
    )


def toy(make: Make, line: str, *changes: str, source: str = "edges", given: int = 1, size: int = 16) -> Toy:
    """On drawn cartoon heads, from what is made of them, which has so many channels."""
    data = DataSettings(spec="builtin:avatars-small", source=source, size=size, labels="none")
    small = ("optims.generator.lr=1e-3", "optims.critic.lr=1e-3", "train.images=8000", "train.batch=16", *changes)
    return Toy(made_small(make, (3, size, size), data, small, source=given), line)


RETOUCH = ("networks.generator.unet.width=16", "networks.critic.width=16")
PAIRS = "pairs of images, hundreds: two folders of the same names, halves of pictures, or made of the images"

TRANSLATION = {
    "pix2pix": Preset(
        make=pix2pix,
        family=FAMILY,
        line="a U-Net with short cuts, a critic that sees source and result in squares of 70 pixels",
        needs=f"{PAIRS}; sides of 64, 128 or 256 pixels",
        when="first, wherever there are pairs: drawings to photos, maps, day to night, watermarks away",
        paper=PIX2PIX,
        cite="isola2017image",
        differs=f"{SHORT}; the U-Net is as deep as the size allows, down to one pixel",
        start="pairs",
        toy=toy(pix2pix, "a narrow one, from lines to cartoon heads of 16 pixels", *widths(16)),
    ),
    "pix2pixhd": Preset(
        make=pix2pixhd,
        family=FAMILY,
        line="residual blocks at a sixteenth of the size, critics at two sizes whose features are matched",
        needs=f"{PAIRS}; sides that are multiples of 16; a GPU above 32 pixels",
        when="in place of pix2pix for large images, sharper and without its checkerboards",
        paper="Wang et al., High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs, CVPR 2018",
        cite="wang2018high",
        differs=f"{SHORT}; EfficientNet-Lite0 looks where the paper has VGG-19 (game.likeness.eye=vgg19); the global "
        "generator alone, as its enhancer is a game of its own (enhancing); no maps of instances",
        start="pairs",
        toy=toy(
            pix2pixhd,
            "a narrow one without the eye, from lines to cartoon heads of 16 pixels",
            *widths(8),
            "networks.generator.blocks=1",
            "game.likeness.perceptual=0",
        ),
    ),
    "spade": Preset(
        make=spade,
        family=FAMILY,
        line="the source decides scale and shift of every norm, so that normalising does not wash it out",
        needs=f"{PAIRS}; sides that are multiples of 32; a GPU",
        when="for maps of labels (--source MAPS --set data.source_labels=35), whose large even areas others forget",
        paper="Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization, CVPR 2019",
        cite="park2019semantic",
        differs=f"{SHORT}; EfficientNet-Lite0 looks where the paper has VGG-19; no encoder of styles, which "
        "is a game of its own (styled-pairs)",
        start="pairs",
        toy=toy(
            spade,
            "a narrow one with L1 in place of the eye, from lines to cartoon heads of 32 pixels",
            "networks.generator.width=2",
            "networks.critic.width=4",
            "game.likeness.perceptual=0",
            "game.likeness.pixel=100",
            "optims.generator.lr=3e-3",
            "train.images=600",
            "train.batch=4",
            size=32,
        ),
    ),
    "colourise": Preset(
        make=colourise,
        family=FAMILY,
        line="pix2pix for the colours alone: the brightness of the gray picture stays exactly",
        needs="colour images, hundreds, from which the gray ones are made; sides of 64, 128 or 256 pixels",
        when="for colours to gray pictures; the critic is what keeps them from being brown",
        paper=PIX2PIX,
        cite="isola2017image",
        differs=f"{SHORT}; Cb and Cr in place of the colours of Lab, so that the luma comes back to the bit",
        start="pairs",
        toy=toy(colourise, "a narrow one, colours to gray heads of 16 pixels", *RETOUCH, source="gray"),
    ),
    "inpaint": Preset(
        make=inpaint,
        family=FAMILY,
        line="pix2pix that fills a hole: everything outside stays exactly",
        needs="images, hundreds, into which the holes are made; sides of 64, 128 or 256 pixels",
        when="to take something out of a picture; in Python, as the source is a picture and the map of its hole",
        paper="Pathak et al., Context Encoders: Feature Learning by Inpainting, CVPR 2016",
        cite="pathak2016context",
        differs="pix2pix's networks, loss and schedule; the critic sees the whole picture with its hole filled",
        start="pairs",
        toy=toy(inpaint, "a narrow one, holes in heads of 16 pixels", *RETOUCH, source="mask", given=4),
    ),
}
