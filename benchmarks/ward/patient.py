"""One set-up of the ward, and the words that set-ups are written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sparring.recipes.recipe import Recipe
from sparring.settings import assign

from .beginnings import BEGIN
from .loops import LOOPS

Half = Literal["tuning", "reporting"]


@dataclass(frozen=True)
class Patient:
    """One set-up, and what is planted in it."""

    id: str
    illness: str
    """What the pair of halves shares; empty = healthy."""
    begin: str
    """Key of `BEGIN`, or of `LOOPS`."""
    half: Half
    own: tuple[str, ...] = ()
    """Rules any of which names the illness; empty = healthy, and no rule may raise an alarm."""
    changes: tuple[str, ...] = ()
    """Settings, path=value."""
    plant: str = ""
    """Key of `PLANTS`; empty = the settings are the illness."""
    amount: float = 0.0
    onset: float = 0.0
    """Share of the run at which it is planted."""
    shows: float = 0.0
    """Share of the run from which it can be seen, where that takes longer."""

    @property
    def related(self) -> frozenset[str]:
        """Rules whose alarms are no false ones: its own, and what follows from the illness."""
        return frozenset((*self.own, *AFTERMATH, *FOLLOWS.get(self.illness, ()))) if self.own else frozenset()

    @property
    def recipe(self) -> Recipe:
        return assign(BEGIN[self.begin](), self.changes)

    @property
    def foreign(self) -> bool:
        """Whether it is trained by a loop that is not Sparring's, and has no recipe."""
        return self.begin in LOOPS


def rates(generator: float, critic: float, beta1: float | None = None) -> tuple[str, ...]:
    """Learning rates of both, and their momentum."""
    lines = (f"optims.generator.lr={generator}", f"optims.critic.lr={critic}")
    momentum = () if beta1 is None else (f"optims.generator.beta1={beta1}", f"optims.critic.beta1={beta1}")
    return (*lines, *momentum)


def loss(name: str, *more: str) -> tuple[str, ...]:
    """This loss, without the penalty that most beginnings have."""
    return (f"rules.adversarial={name}", "rules.r1=0", *more)


def widths(role: str, *units: int) -> str:
    return f"networks.{role}.widths={list(units)}"


def images(count: int) -> str:
    return f"train.images={count}"


STRONG = ("critic-too-strong", "early-domination", "critic-loss-zero", "losses-diverge")
COLLAPSED = ("complete-collapse", "partial-collapse", "rotating-collapse", "class-collapse", "noise-ignored")
RESTLESS = ("oscillation", "restless-samples", "rotating-collapse", "exploding-gradient", "updates-too-large")
STILL = ("generator-stands-still", "critic-stands-still")
OVERPAID = ("lazy-penalty", "penalty-too-strong", "critic-not-working")
UNDERPAID = ("lazy-penalty", *RESTLESS, *COLLAPSED)
WEAK = ("critic-not-working", "updates-too-small", "generator-loss-falling")
AFTERMATH = ("far-samples", "past-its-best", "restless-samples")
"""Samples are bad, which every failure may lead to: these rules say that something is wrong, and not what."""
FOLLOWS: dict[str, tuple[str, ...]] = {
    "vanishing gradient": (*STRONG, *COLLAPSED),
    "domination": ("vanishing-gradient", "oscillation"),
    "weak discriminator": ("critic-stands-still", *COLLAPSED),
    "tiny discriminator, fast generator": ("rates-far-apart",),
    "oscillation": ("critic-not-working",),
    "dead clipped critic": ("critic-not-working", "updates-too-small"),
    "generator far too fast": (*STRONG, "critic-not-working", "vanishing-gradient", "generator-stands-still"),
    "numbers break down": ("generator-stands-still", "critic-stands-still", "exploding-gradient", "updates-too-large"),
    "wrong sign": (*STRONG, "exploding-gradient"),
    "frozen discriminator": ("critic-not-working", "generator-loss-falling", *COLLAPSED),
    "frozen generator": (*STRONG, "complete-collapse", "noise-ignored"),
    "detached generator": (*STRONG, "complete-collapse", "noise-ignored"),
    "double sigmoid": ("critic-too-strong", "vanishing-gradient"),
    "half of the labels wrong": ("critic-not-working", *COLLAPSED),
    "discriminator learns the data by heart": STRONG,
    "real and fake in one batch norm": (*STRONG, *COLLAPSED, "normalisation-gap"),
    "noise has no effect": (*STRONG, *COLLAPSED),
    "data in [0, 1]": ("saturation",),
    "augmentation on reals only": ("colour-drift",),
}
"""What else an illness brings about, by its name."""
FIVE = "game.critic_steps=5"
YOUNG = 0.4
"""Share of these short runs before which samples show nothing but that they are young."""
