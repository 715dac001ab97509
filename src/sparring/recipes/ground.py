"""What recipes of several families stand on, so that one differs from another in what it is about and in no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..data.settings import DataSettings
from ..games.synthesis import SynthesisSettings
from ..networks.dcgan import DcganCritic, DcganGenerator
from ..networks.mlp import MlpCritic, MlpGenerator
from ..networks.resnet import ResnetCritic, ResnetGenerator
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..settings import assign
from .preset import Facts, Make
from .recipe import Recipe, TrainSettings

IMAGES = "square images of 16, 32, 64, 128 or 256 pixels, 2,000 or more"
LABELLED = f"{IMAGES}, with labels"
EITHER = f"{IMAGES}; or points"


def players(optim: Optim, critic: Optim | None = None) -> dict[str, Optim]:
    """The generator's optimiser and the critic's, which is the same unless given."""
    return {"generator": optim, "critic": critic or optim}


def on_points(name: str) -> Recipe:
    """The small pair of fully connected networks that 2-D experiments use, with the plain loss."""
    return Recipe(
        name=name,
        networks={"generator": MlpGenerator(), "critic": MlpCritic()},
        game=SynthesisSettings(latent=2),
        optims=players(Optim(lr=1e-3, beta1=0.0)),
        average=Average(half_life_images=50_000),
        train=TrainSettings(images=1_000_000, batch=256),
    )


def on_dcgan(name: str, facts: Facts) -> Recipe:
    """DCGAN as published, or the small pair where the data is points."""
    if facts.points:
        return on_points(name)
    return Recipe(
        name=name,
        networks={"generator": DcganGenerator(), "critic": DcganCritic()},
        game=SynthesisSettings(latent=100, prior="uniform"),
        optims=players(Optim(lr=2e-4, beta1=0.5)),
        average=Average(half_life_images=0),
        train=TrainSettings(images=500_000, batch=128),
    )


def on_resnet(name: str, facts: Facts, rules: Rules, spectral: bool = False) -> Recipe:
    """Residual networks without batch norm in the critic, or the small pair where the data is points."""
    if facts.points:
        return replace(on_points(name), rules=rules, spectral_norm=("critic",) if spectral else ())
    width = 64 if facts.size <= 32 else 32
    return Recipe(
        name=name,
        networks={"generator": ResnetGenerator(width=width), "critic": ResnetCritic(width=width)},
        game=SynthesisSettings(latent=128),
        rules=rules,
        optims=players(Optim(lr=1e-4, beta1=0.0, beta2=0.9)),
        average=Average(half_life_images=10_000),
        spectral_norm=("critic",) if spectral else (),
        train=TrainSettings(images=500_000, batch=64),
    )


def made_small(
    make: Make, shape: tuple[int, ...], data: DataSettings, changes: Sequence[str], classes: int = 0, source: int = 0
) -> Make:
    """A preset's toy: made for such data, renamed, with these changes in the form of --set."""

    def toy(facts: Facts) -> Recipe:
        recipe = make(Facts(shape, classes, source=source))
        return assign(replace(recipe, name=f"{recipe.name}-toy", data=data), list(changes))

    return toy


def on_ring(make: Make, *changes: str) -> Make:
    """A toy on eight Gaussians on a ring; about a thousand rounds unless the changes say else."""
    data = DataSettings(spec="builtin:ring", labels="none")
    return made_small(make, (2,), data, ("train.images=256000", "train.batch=256", *changes))


def on_digits(make: Make, *changes: str, size: int = 16, labels: bool = False) -> Make:
    """A toy on handwritten digits, with their labels where they are wanted."""
    data = DataSettings(spec="builtin:digits", size=size, flip=False, labels="auto" if labels else "none")
    return made_small(make, (1, size, size), data, changes, 10 if labels else 0)


def on_heads(make: Make, *changes: str, size: int = 16) -> Make:
    """A toy on drawn cartoon heads."""
    data = DataSettings(spec="builtin:avatars-small", size=size, labels="none")
    return made_small(make, (3, size, size), data, changes)


def widths(width: int, *roles: str) -> tuple[str, ...]:
    """The changes that give these networks, generator and critic unless named, such a width."""
    return tuple(f"networks.{role}.width={width}" for role in roles or ("generator", "critic"))
