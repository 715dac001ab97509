"""The recipes that benchmarks/quality.py compares, at widths that suit minutes on one core.

Each maps the name of a set (digits: 1x32x32, heads: 3x64x64) to a recipe. One more candidate is one more line.
"""

from __future__ import annotations

from collections.abc import Callable

from sparring.recipes import RECIPES as PRESETS
from sparring.recipes import Facts, Recipe
from sparring.settings import assign

FACTS = {"digits": Facts((1, 32, 32), 0, 2500), "heads": Facts((3, 64, 64), 0, 5000)}
AVERAGE = "average.half_life_images=5000"
R3 = ("rules.adversarial=relativistic", "rules.r1=1", "rules.r2=1")
BETAS = tuple(f"optims.{player}.{beta}" for player in ("generator", "critic") for beta in ("beta1=0.0", "beta2=0.9"))
Candidate = Callable[[str], Recipe]


def rates(generator: float, critic: float = 0.0) -> tuple[str, str]:
    return f"optims.generator.lr={generator}", f"optims.critic.lr={critic or generator}"


def width(value: int) -> tuple[str, str]:
    return f"networks.generator.width={value}", f"networks.critic.width={value}"


def plan(widths: tuple[int, ...]) -> tuple[str, str]:
    return f"networks.generator.widths={list(widths)}", f"networks.critic.widths={list(widths)}"


def blocks(stages: int) -> tuple[str, ...]:
    """One block a stage, with dense 3x3 convolutions: grouped ones are slow on CPUs."""
    ones = [1] * stages
    names = ("blocks", "groups")
    return tuple(f"networks.{role}.{name}={ones}" for role in ("generator", "critic") for name in names)


def candidate(preset: str, *changes: str, digits: tuple[str, ...] = (), heads: tuple[str, ...] = ()) -> Candidate:
    """A preset with changes on both sets and on one of them."""

    def make(name: str) -> Recipe:
        return assign(PRESETS[preset].make(FACTS[name]), [*changes, *(digits if name == "digits" else heads)])

    return make


def networks(kind: str, *changes: str, digits: tuple[str, ...] = (), heads: tuple[str, ...] = ()) -> Candidate:
    """DCGAN's recipe with the networks of another kind, and changes."""
    both = (f"networks.generator.kind={kind}-generator", f"networks.critic.kind={kind}-critic")
    return candidate("dcgan", *both, "game.prior=normal", "train.batch=64", *changes, digits=digits, heads=heads)


SMALL = ("train.batch=16", AVERAGE, "game.prior=normal")

RECIPES: dict[str, Candidate] = {
    "dcgan, ema": candidate("dcgan", *SMALL, *width(32)),
    "dcgan, ema, diffaugment": candidate("dcgan", *SMALL, *width(32), "techniques.augment.kind=diffaugment"),
    "dcgan, ema, r1": candidate("dcgan", *SMALL, *width(32), "rules.r1=0.1", "rules.lazy=4"),
    "dcgan, ema, sn, hinge": candidate(
        "dcgan", *SMALL, *width(32), "rules.adversarial=hinge", 'spectral_norm=["critic"]', *BETAS
    ),
    "dcgan, ema, rpgan, r1, r2": candidate(
        "dcgan", *SMALL, *width(32), "rules.adversarial=relativistic", "rules.r1=0.1", "rules.r2=0.1", "rules.lazy=4"
    ),
    "wgan-gp": candidate(
        "dcgan",
        *SMALL,
        *width(32),
        "rules.adversarial=wasserstein",
        "rules.gp=10",
        "game.critic_steps=3",
        *BETAS,
        *rates(2e-4),
    ),
    "resnet-hinge": candidate("resnet-hinge", *SMALL, digits=width(32), heads=width(16)),
    "r3gan": networks(
        "r3gan",
        *R3,
        "rules.lazy=4",
        *BETAS,
        AVERAGE,
        "train.batch=16",
        digits=(*plan((64, 64, 48, 24)), *blocks(4)),
        heads=(*plan((64, 64, 64, 32, 16)), *blocks(5)),
    ),
    "fastgan": networks(
        "fastgan",
        "rules.adversarial=hinge",
        "rules.reconstruction=1",
        'spectral_norm=["generator", "critic"]',
        AVERAGE,
        "train.batch=16",
        "networks.generator.width=8",
        "networks.critic.width=8",
        "networks.generator.lite=true",
    ),
    "stylegan2": networks(
        "stylegan2",
        "rules.r1=1",
        "rules.lazy=16",
        AVERAGE,
        *BETAS,
        *rates(2.5e-3),
        "train.batch=16",
        "networks.generator.widest=64",
        "networks.critic.widest=64",
        "networks.generator.mapping_depth=2",
        "networks.generator.style=64",
        "game.latent=64",
    ),
}
