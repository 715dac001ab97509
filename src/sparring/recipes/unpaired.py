"""Images from images where no right answer is known: two collections, or several domains."""

from __future__ import annotations

from dataclasses import replace

from ..data.settings import DataSettings
from ..games.cycle import CycleSettings
from ..games.domains import DomainsSettings
from ..games.onesided import OnesidedSettings
from ..networks.cyclegan import CycleganGenerator
from ..networks.stargan import StarganCritic, StarganGenerator
from ..networks.ugatit import UgatitCritic, UgatitGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.settings import Techniques
from .ground import made_small, players, widths
from .preset import Facts, Make, Preset, Toy
from .recipe import Recipe, TrainSettings
from .translation import SHORT, epochs, halvings, patches

FAMILY = "translation without pairs"


def cyclegan(facts: Facts) -> Recipe:
    """Nine residual blocks from 256 pixels on, six below; past fakes for the critics; batches of one."""
    generator, critic = CycleganGenerator(blocks=9 if facts.size >= 256 else 6), patches(facts.size, "instance")
    game = CycleSettings(adversarial=2.0, cycle=10.0, identity=5.0)  # 2: least squares is halved here
    return Recipe(
        name="cyclegan",
        networks={"generator": generator, "inverse": generator, "critic": critic, "critic_inverse": critic},
        game=game,
        rules=Rules("least_squares"),
        optims=dict.fromkeys(game.players, Optim(lr=2e-4, beta1=0.5, schedule="linear", hold=0.5)),
        average=Average(half_life_images=0),
        techniques=Techniques(replay=50),
        data=DataSettings(paired=False),
        train=TrainSettings(images=epochs(facts, 200), batch=1),
    )


def cut(facts: Facts) -> Recipe:
    """One way, held to its source by patches; 200 epochs at the full rate and 200 in which it falls."""
    game = OnesidedSettings(adversarial=2.0)
    return replace(
        cyclegan(facts),
        name="cut",
        networks={"generator": CycleganGenerator(blur=True), "critic": patches(facts.size, "instance", blur=True)},
        game=game,
        optims=dict.fromkeys(game.players, Optim(lr=2e-4, beta1=0.5, schedule="linear", hold=0.5)),
        techniques=Techniques(),
        train=TrainSettings(images=epochs(facts, 400), batch=1),
    )


def fastcut(facts: Facts) -> Recipe:
    """CUT without its identity term, ten times its contrast; 150 epochs and 50."""
    recipe = cut(facts)
    return replace(
        recipe,
        name="fastcut",
        game=OnesidedSettings(adversarial=2.0, contrast=10.0, identity=False, flip=True),
        optims={name: replace(optim, hold=0.75) for name, optim in recipe.optims.items()},
        train=TrainSettings(images=epochs(facts, 200), batch=1),
    )


def ugatit(facts: Facts) -> Recipe:
    """The full networks, for one size; two judges of large and of small squares, and attention in all."""
    layers = (7, 5) if facts.size >= 96 else (5, 4) if facts.size >= 24 else (4, 3)
    generator, critic = UgatitGenerator(light=False), UgatitCritic(layers=layers)
    # The paper adds up four heads of a critic, whose mean is halved here: decay of the critics' weights is its eighth.
    learns = Optim(lr=1e-4, beta1=0.5, weight_decay=1e-4, schedule="linear", hold=0.5)
    judges = replace(learns, weight_decay=1e-4 / 8)
    return replace(
        cyclegan(facts),
        name="ugatit",
        networks={"generator": generator, "inverse": generator, "critic": critic, "critic_inverse": critic},
        game=CycleSettings(adversarial=8.0, cycle=10.0, identity=10.0, attention=1000.0),
        optims={"generator": learns, "inverse": learns, "critic": judges, "critic_inverse": judges},
        techniques=Techniques(),
        train=TrainSettings(images=1_000_000, batch=1),
    )


def ugatit_light(facts: Facts) -> Recipe:
    """Means of maps in place of whole maps decide scales and shifts: a fraction of the weights, any size."""
    recipe = ugatit(facts)
    networks = {**recipe.networks, **dict.fromkeys(("generator", "inverse"), UgatitGenerator())}
    return replace(recipe, name="ugatit-light", networks=networks)


def stargan(facts: Facts) -> Recipe:
    """Wasserstein with a gradient penalty, five critic steps, and a critic that names the domain."""
    return Recipe(
        name="stargan",
        networks={
            "generator": StarganGenerator(),
            "critic": StarganCritic(layers=max(2, halvings(facts.size, 7) - 1)),
        },
        game=DomainsSettings(cycle=10.0, critic_steps=5),
        rules=Rules("wasserstein", gp=10.0),
        optims=players(Optim(lr=1e-4, beta1=0.5, schedule="linear", hold=0.5)),
        average=Average(half_life_images=0),
        train=TrainSettings(images=3_200_000, batch=16),
    )


def toy(make: Make, line: str, *changes: str, size: int = 16) -> Toy:
    """From one style of drawn heads to another."""
    data = DataSettings(
        spec="builtin:avatars-small", source="builtin:avatars-small:big-smile", paired=False, size=size, labels="none"
    )
    rates = (f"optims.{player}.lr=1e-3" for player in make(Facts()).optims)
    small = (*rates, "train.images=1000", "train.batch=4", *changes)
    return Toy(made_small(make, (3, size, size), data, small, source=3), line)


def both_ways(width: int, blocks: int) -> tuple[str, ...]:
    """The changes that make both translators, and both critics, small."""
    depths = (f"networks.{role}.blocks={blocks}" for role in ("generator", "inverse"))
    return (*widths(width, "generator", "inverse", "critic", "critic_inverse"), *depths)


ONE_WAY = (*widths(8), "networks.generator.blocks=2", "game.patches=32")
FAST = ("optims.generator.lr=1e-3", "optims.critic.lr=1e-3")
TWO = "two collections of images, hundreds each, as --data and --source"
HEADS = "one style of cartoon heads to another, 16 pixels"
LATE = "the translators move before the critics, which see the very fakes they were judged by"

UNPAIRED = {
    "cyclegan": Preset(
        make=cyclegan,
        family=FAMILY,
        line="there and back again: what is translated and translated back must be what it was",
        needs=f"{TWO}; sides that are multiples of 4",
        when="first, without pairs, where colours and textures change but shapes stay",
        paper="Zhu et al., Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks, ICCV 2017",
        cite="zhu2017unpaired",
        differs=f"{SHORT}; six blocks below 256 pixels, as the authors' code suggests",
        start="collections",
        toy=toy(cyclegan, f"a narrow one, {HEADS}", *both_ways(12, 2)),
    ),
    "cut": Preset(
        make=cut,
        family=FAMILY,
        line="one way only: each patch must be like the patch it came from, and like no other",
        needs=f"{TWO}; sides that are multiples of 4",
        when="in place of cyclegan with half the time and memory, where the way back is of no use",
        paper="Park et al., Contrastive Learning for Unpaired Image-to-Image Translation, ECCV 2020",
        cite="park2020contrastive",
        differs=SHORT.replace("200", "400"),
        start="collections",
        toy=toy(cut, f"a narrow one, {HEADS}", *ONE_WAY),
    ),
    "fastcut": Preset(
        make=fastcut,
        family=FAMILY,
        line="CUT without its identity term, mirrored sources in its place",
        needs=f"{TWO}; sides that are multiples of 4",
        when="for the fastest translation without pairs; it keeps the source more than cut does",
        paper="Park et al., Contrastive Learning for Unpaired Image-to-Image Translation, ECCV 2020",
        cite="park2020contrastive",
        differs=SHORT,
        start="collections",
        toy=toy(fastcut, f"a narrow one, {HEADS}", *ONE_WAY),
    ),
    "ugatit": Preset(
        make=ugatit,
        family=FAMILY,
        line="attention says what to change, and the norm learns how much of the shape may go",
        needs=f"{TWO}; one size, of 256 pixels; a GPU of 24 GB",
        when="for selfies to anime with the paper's own size; ugatit-light is a fraction of it",
        paper="Kim et al., U-GAT-IT, ICLR 2020",
        cite="kim2020ugatit",
        differs=f"{LATE}; no random crops; biases do not decay; smaller squares are judged below 96 pixels",
        start="collections",
        toy=toy(ugatit, f"a narrow one, {HEADS}", *both_ways(8, 1), "train.images=800"),
    ),
    "ugatit-light": Preset(
        make=ugatit_light,
        family=FAMILY,
        line="U-GAT-IT with a 26th of its weights, for any size",
        needs=f"{TWO}; sides that are multiples of 4; a GPU above 32 pixels",
        when="without pairs, where shapes change too: faces to drawn faces",
        paper="Kim et al., U-GAT-IT, ICLR 2020",
        cite="kim2020ugatit",
        differs=f"{LATE}; no random crops; biases do not decay; smaller squares are judged below 96 pixels",
        start="collections",
        toy=toy(ugatit_light, f"a narrow one, {HEADS}", *both_ways(8, 1), "train.images=800"),
    ),
    "stargan": Preset(
        make=stargan,
        family=FAMILY,
        line="one translator for many domains, told which is wanted, and a critic that names the domain",
        needs="images with labels, thousands; sides of 64, 128 or 256 pixels; a GPU above 32 pixels",
        when="to change one attribute of many, such as the colour of hair: data.labels says which",
        paper="Choi et al., StarGAN: Unified Generative Adversarial Networks for Multi-Domain Image-to-Image "
        "Translation, CVPR 2018",
        cite="choi2018stargan",
        differs="one label per image instead of many attributes; wanted domains are drawn evenly, not from the batch",
        toy=Toy(
            made_small(
                stargan,
                (3, 16, 16),
                DataSettings(spec="builtin:avatars-small", size=16, labels="hair_colour"),
                (*FAST, *widths(8), "networks.generator.blocks=2", "train.images=8000", "train.batch=8"),
                classes=15,
            ),
            "a narrow one that dyes the hair of cartoon heads of 16 pixels",
        ),
    ),
}
