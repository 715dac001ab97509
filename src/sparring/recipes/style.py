"""Style-based networks at their full resolution from the start: StyleGAN2, its ADA, and StyleGAN3."""

from __future__ import annotations

from dataclasses import replace

from ..games.synthesis import SynthesisSettings
from ..networks.stylegan2 import Stylegan2Critic, Stylegan2Generator
from ..networks.stylegan3 import Stylegan3Generator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..techniques.ada import Ada
from ..techniques.settings import Techniques
from .ground import on_digits, on_heads, players, widths
from .preset import Facts, Preset, Toy
from .recipe import Recipe, TrainSettings

BATCH = 32
R1_EVERY, PATH_EVERY = 16, 4


def width_of(size: int) -> int:
    """Half of the first configuration below 512 pixels, as the authors' automatic one has it."""
    full = 32 * 1024 // max(size, 1)
    return min(full if size >= 512 else full // 2, 512)


def lazily(optim: Optim, every: int) -> Optim:
    """Adam made right for an additional turn every so many rounds (Karras et al. 2020, appendix B)."""
    share = every / (every + 1)
    return replace(optim, lr=optim.lr * share, beta1=optim.beta1**share, beta2=optim.beta2**share)


def stylegan2(facts: Facts) -> Recipe:
    """The authors' automatic configuration: R1 by resolution, path length, mixed styles, two mapping layers."""
    width, adam = width_of(facts.size), Optim(lr=0.002 if facts.size >= 1024 else 0.0025, beta1=0.0, beta2=0.99)
    return Recipe(
        name="stylegan2",
        networks={
            "generator": Stylegan2Generator(width=width, mapping_depth=2),
            "critic": Stylegan2Critic(width=width, mapping_depth=2),
        },
        game=SynthesisSettings(latent=512),
        rules=Rules("nonsaturating", r1=0.0002 * facts.size**2 / BATCH, lazy=R1_EVERY),
        optims=players(lazily(adam, PATH_EVERY), lazily(adam, R1_EVERY)),
        average=Average(half_life_images=10_000),
        techniques=Techniques(path_length=2, style_mixing=0.9),
        train=TrainSettings(images=5_000_000, batch=BATCH),
    )


def stylegan2_ada(facts: Facts) -> Recipe:
    recipe = stylegan2(facts)
    return replace(recipe, name="stylegan2-ada", techniques=replace(recipe.techniques, augment=Ada()))


def stylegan3(facts: Facts) -> Recipe:
    """T: details move along with objects. No path length, no mixed styles, no noise."""
    recipe, width = stylegan2(facts), width_of(facts.size)
    return replace(
        recipe,
        name="stylegan3",
        networks={**recipe.networks, "generator": Stylegan3Generator(width=width)},
        rules=Rules("nonsaturating", r1=0.5 * (facts.size / 128) ** 2, lazy=R1_EVERY),
        optims=players(Optim(lr=0.0025, beta1=0.0, beta2=0.99), lazily(Optim(lr=0.002, beta1=0.0, beta2=0.99), 16)),
        techniques=Techniques(),
    )


def stylegan3_r(facts: Facts) -> Recipe:
    """R: details turn along with objects, too."""
    recipe = stylegan3(facts)
    turning = Stylegan3Generator(width=width_of(facts.size), equivariance="rotation")
    return replace(recipe, name="stylegan3-r", networks={**recipe.networks, "generator": turning})


SMALL = (
    "game.latent=64",
    "networks.generator.style=64",
    "networks.generator.widest=32",
    "networks.critic.widest=64",
    "train.batch=16",
    "average.half_life_images=1000",
)
THIRD = ("networks.generator.layers=6", "networks.generator.margin=4", "train.images=1600")
LARGE = "square images of 8 to 1024 pixels, thousands; a GPU above 32 pixels"
ALIAS_FREE = "Karras et al., Alias-Free Generative Adversarial Networks, NeurIPS 2021"

STYLE = {
    "stylegan2": Preset(
        make=stylegan2,
        family="style",
        line="styles scale the weights; R1, path length, skip connections",
        needs=LARGE,
        when="for a latent space that is good to edit",
        paper="Karras et al., Analyzing and Improving the Image Quality of StyleGAN, CVPR 2020",
        cite="karras2020analyzing",
        differs="the automatic configuration of the authors' later code; every sample mixes styles by itself",
        toy=Toy(
            on_digits(stylegan2, *widths(16), *SMALL, "rules.r1=0.1", "train.images=8000"),
            "a narrow StyleGAN2 on handwritten digits of 16 pixels",
        ),
    ),
    "stylegan2-ada": Preset(
        make=stylegan2_ada,
        family="style",
        line="StyleGAN2 with augmentation that adapts to how much the critic has memorised",
        needs="square images of 8 to 1024 pixels, from a thousand on; a GPU above 32 pixels",
        when="for little data and a latent space that is good to edit",
        paper="Karras et al., Training Generative Adversarial Networks with Limited Data, NeurIPS 2020",
        cite="karras2020training",
        differs="as stylegan2",
        toy=Toy(
            on_heads(
                stylegan2_ada,
                *widths(16),
                *SMALL,
                "rules.r1=0.1",
                "techniques.augment.images_to_full=20000",
                "train.images=6000",
            ),
            "a narrow StyleGAN2 on cartoon heads of 16 pixels, augmented as needed",
        ),
    ),
    "stylegan3": Preset(
        make=stylegan3,
        family="style",
        line="T: nothing sticks to the pixels, so details move along with objects",
        needs="square images of 16 to 1024 pixels, thousands; a GPU",
        when="for videos and walks through the latent space",
        paper=ALIAS_FREE,
        cite="karras2021alias",
        differs="R1 by resolution from the authors' guide; narrower below 512 pixels",
        toy=Toy(on_heads(stylegan3, *widths(8), *SMALL, *THIRD), "a narrow StyleGAN3-T on cartoon heads of 16 pixels"),
    ),
    "stylegan3-r": Preset(
        make=stylegan3_r,
        family="style",
        line="R: details turn along with objects, too",
        needs="square images of 16 to 1024 pixels, thousands; a GPU",
        when="where objects turn",
        paper=ALIAS_FREE,
        cite="karras2021alias",
        differs="as stylegan3; the critic's images are not blurred at first",
        toy=Toy(
            on_heads(stylegan3_r, *widths(8), *SMALL, *THIRD), "a narrow StyleGAN3-R on cartoon heads of 16 pixels"
        ),
    ),
}
