"""Photos to drawings, and several domains with many styles of each."""

from __future__ import annotations

from dataclasses import replace

from ..data.settings import DataSettings
from ..games.drawing import DrawingSettings
from ..games.styles import StylesSettings
from ..networks.animegan import AnimeganCritic, AnimeganGenerator
from ..networks.stargan2 import Stargan2Critic, Stargan2Generator, Stargan2Mapping, Stargan2StyleEncoder
from ..play.optim import Average, Optim
from ..play.referee import Rules
from .ground import made_small, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings
from .translation import UNKNOWN, epochs
from .unpaired import FAMILY, TWO

BATCH, WARM = 12, 10  # images, epochs


def animegan(facts: Facts) -> Recipe:
    """Ten epochs on the photos' content alone, then 91 against the critic, which learns twice as fast."""
    game = DrawingSettings(warmup_rounds=WARM * (facts.count or UNKNOWN) // BATCH)
    return Recipe(
        name="animegan",
        networks={"generator": AnimeganGenerator(), "critic": AnimeganCritic()},
        game=game,
        rules=Rules("least_squares"),
        optims=players(Optim(lr=2e-5, beta1=0.5), Optim(lr=4e-5, beta1=0.5)),
        average=Average(half_life_images=0),
        data=DataSettings(paired=False),
        train=TrainSettings(images=epochs(facts, 101), batch=BATCH),
    )


def starganv2(facts: Facts) -> Recipe:
    """100,000 rounds of eight images; the mapping learns a hundred times slower; diversity fades to nothing."""
    width, game = min(128, 2**14 // max(1, facts.size)), StylesSettings()
    optim = Optim(lr=1e-4, beta1=0.0, beta2=0.99, weight_decay=1e-4)
    return Recipe(
        name="starganv2",
        networks={
            "generator": Stargan2Generator(width=width),
            "mapping": Stargan2Mapping(),
            "encoder": Stargan2StyleEncoder(width=width),
            "critic": Stargan2Critic(width=width),
        },
        game=game,
        rules=Rules(r1=1.0),
        optims={**dict.fromkeys(game.players, optim), "mapping": replace(optim, lr=1e-6)},
        average=Average(half_life_images=5_500),
        train=TrainSettings(images=800_000, batch=8),
    )


SMALL = ("generator", "encoder", "critic")
HEADS = DataSettings(
    spec="builtin:avatars-small", source="builtin:avatars-small:big-smile", paired=False, size=16, labels="none"
)

DRAWN = {
    "animegan": Preset(
        make=animegan,
        family=FAMILY,
        line="photos to drawings: gray textures of the drawings, colours of the photo, contours that stay sharp",
        needs=f"{TWO}, photos as --source; sides that are multiples of 4; a GPU above 32 pixels",
        when="for whole scenes in one artist's style, where cyclegan leaves ghosts; small and quick afterwards",
        paper="Chen et al., AnimeGAN: A Novel Lightweight GAN for Photo Animation, ISICA 2019; AnimeGANv2",
        cite="chen2020animegan",
        differs="EfficientNet-Lite0 looks, with four maps, where the authors have one of VGG-19; the warm-up has the "
        "same learning rate; the mean colour of the drawings is left as it is",
        start="collections",
        toy=Toy(
            made_small(
                animegan,
                (3, 16, 16),
                HEADS,
                (
                    *widths(8),
                    "game.warmup_rounds=40",
                    "game.adversarial=10",  # in so few rounds the colours are learnt first
                    "optims.generator.lr=1e-3",
                    "optims.critic.lr=1e-3",
                    "train.images=880",
                    "train.batch=4",
                ),
                source=3,
            ),
            "a narrow one, one style of cartoon heads to another, 16 pixels",
        ),
    ),
    "starganv2": Preset(
        make=starganv2,
        family=FAMILY,
        line="many domains and many styles of each: of noise, or read off another image",
        needs="images with labels, thousands; sides of 64, 128, 256 or 512 pixels; a GPU",
        when="where one answer for a domain is too few: the same face with many kinds of hair",
        paper="Choi et al., StarGAN v2: Diverse Image Synthesis for Multiple Domains, CVPR 2020",
        cite="choi2020stargan",
        differs="domains come up as often as the data has them; a second image of a domain comes from the batch, or "
        "is the first one mirrored; no filters for aligned faces; at most 128 channels at full size",
        toy=Toy(
            made_small(
                starganv2,
                (3, 32, 32),
                DataSettings(spec="builtin:avatars-small", size=32, labels="hair_colour"),
                (
                    *widths(8, *SMALL),
                    *(f"networks.{role}.widest=32" for role in SMALL),
                    "networks.mapping.width=32",
                    *(f"optims.{role}.lr=1e-3" for role in SMALL),
                    "optims.mapping.lr=1e-5",
                    "game.cycle=10",
                    "game.diversity=0.5",
                    "train.images=400",
                    "train.batch=4",
                ),
                classes=15,
            ),
            "a narrow one that gives cartoon heads of 32 pixels other hair",
        ),
    ),
}
