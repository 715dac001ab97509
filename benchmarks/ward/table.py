"""Who lies in the ward: every planted failure and every healthy run that only looks odd, as data.

An illness stands in both halves where it can, with other data, networks, sizes and losses in each: thresholds are set
on the tuning half, and what is reported is the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sparring.recipes.recipe import Recipe
from sparring.settings import assign

from .beginnings import BEGIN

Half = Literal["tuning", "reporting"]


@dataclass(frozen=True)
class Patient:
    """One set-up, and what is planted in it."""

    id: str
    illness: str
    """What the pair of halves shares; empty = healthy."""
    begin: str
    """Key of `BEGIN`."""
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
WEAK = ("critic-not-working", "updates-too-small", "generator-loss-falling")
AFTERMATH = ("far-samples", "past-its-best", "restless-samples")
"""Samples are bad, which every failure may lead to: these rules say that something is wrong, and not what."""
FOLLOWS: dict[str, tuple[str, ...]] = {
    "vanishing gradient": (*STRONG, *COLLAPSED),
    "domination": ("vanishing-gradient", "oscillation"),
    "weak discriminator": ("critic-stands-still",),
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
T: Half = "tuning"
R: Half = "reporting"

PLAYERS = (
    # The balance of the players.
    Patient("ring-vanishing", "vanishing gradient", "ring", T, ("vanishing-gradient",),
            (*loss("minimax", FIVE, images(192_000), widths("critic", 128, 128)), *rates(2e-5, 5e-3, 0.5))),
    Patient("ring-deep-vanishing", "vanishing gradient", "ring", R, ("vanishing-gradient",),
            (*loss("minimax", "game.critic_steps=4", images(153_600), widths("critic", 200, 200, 200),
                   "networks.critic.activation=relu"), *rates(2e-5, 2e-3))),
    Patient("digits-vanishing", "vanishing gradient", "digits", R, ("vanishing-gradient",),
            (*loss("minimax", "game.critic_steps=4", images(38_400)), *rates(1e-4, 2e-3))),
    Patient("ring-domination", "domination", "ring", T, (*STRONG, *COLLAPSED),
            (*loss("nonsaturating", FIVE, images(192_000), widths("critic", 128, 128)), *rates(5e-4, 5e-3))),
    Patient("heads-domination", "domination", "heads dense", R, (*STRONG, *COLLAPSED),
            (*loss("least_squares", "game.critic_steps=4", images(38_400)), *rates(5e-5, 2e-3))),
    Patient("ring-weak", "weak discriminator", "ring", T, WEAK, (*loss("nonsaturating"), *rates(1e-3, 1e-6, 0.5))),
    Patient("digits-weak", "weak discriminator", "digits dense", R, WEAK,
            (*loss("least_squares"), *rates(1e-3, 1e-6))),
    Patient("grid-tiny", "tiny discriminator, fast generator", "grid", R, (*WEAK, *COLLAPSED, *RESTLESS),
            (*loss("nonsaturating"), *rates(5e-3, 2e-4, 0.5), widths("critic", 8))),
    Patient("ring-tiny", "tiny discriminator, fast generator", "ring", T, (*WEAK, *COLLAPSED, *RESTLESS),
            (*loss("nonsaturating"), *rates(5e-3, 2e-4, 0.5), widths("critic", 16))),
    Patient("ring-oscillation", "oscillation", "ring", T, (*RESTLESS, *COLLAPSED),
            (*loss("nonsaturating"), *rates(2e-3, 2e-3, 0.9))),
    Patient("grid-oscillation", "oscillation", "grid", R, (*RESTLESS, *COLLAPSED),
            (*loss("hinge"), *rates(4e-3, 4e-3, 0.9))),
    Patient("ring-dead-clip", "dead clipped critic", "ring", R, ("dead-clipped-critic",),
            (*loss("wasserstein", FIVE, images(256_000), "game.clip=0.01", widths("critic", 64, 64, 64, 64)),
             *rates(5e-5, 5e-5, 0.5))),
    Patient("roll-dead-clip", "dead clipped critic", "roll", T, ("dead-clipped-critic",),
            (*loss("wasserstein", "game.clip=0.003", widths("critic", 128, 128, 128)), *rates(1e-4, 1e-4))),
    Patient("digits-rush", "generator far too fast", "digits", T, (*COLLAPSED, *RESTLESS),
            ("rules.r1=0", *rates(1e-1, 1e-3))),
    Patient("ring-rush", "generator far too fast", "ring", R, (*COLLAPSED, *RESTLESS),
            loss("hinge"), plant="rush", amount=100, onset=0.4),
    Patient("ring-nan", "numbers break down", "ring", T, ("broken-updates",),
            (*loss("least_squares"), "train.on_nonfinite=skip"), plant="heat", amount=1e12, onset=0.3),
    Patient("digits-nan", "numbers break down", "digits dense", R, ("broken-updates",),
            loss("wasserstein"), plant="heat", amount=1e12, onset=0.5),
    Patient("ring-sign", "wrong sign", "ring", T, ("wrong-sign",),
            plant="wrong_sign"),
    Patient("heads-sign", "wrong sign", "heads dense", R, ("wrong-sign",),
            loss("hinge"), plant="wrong_sign"),
    Patient("digits-frozen-critic", "frozen discriminator", "digits", T, ("critic-stands-still",),
            plant="freeze_critic", onset=0.4),
    Patient("ring-frozen-critic", "frozen discriminator", "ring wgan-gp", R, ("critic-stands-still",),
            plant="freeze_critic"),
    Patient("ring-frozen-generator", "frozen generator", "ring", T, ("generator-stands-still",),
            plant="freeze_generator", onset=0.3),
    Patient("digits-frozen-generator", "frozen generator", "digits dense", R, ("generator-stands-still",),
            plant="freeze_generator"),
    Patient("digits-stopped", "learning rate zero", "digits", T, STILL,
            plant="stop", onset=0.4),
    Patient("grid-stopped", "learning rate zero", "grid", R, STILL, loss("hinge"),
            plant="stop", onset=0.5),
    Patient("ring-detached", "detached generator", "ring", R, ("generator-stands-still",), loss("least_squares"),
            plant="cut_off"),
    Patient("digits-detached", "detached generator", "digits", T, ("generator-stands-still",), plant="cut_off"),
    Patient("heads-squashed", "double sigmoid", "heads", T, ("double-sigmoid",), ("rules.r1=0",), plant="squash"),
    Patient("digits-squashed", "double sigmoid", "digits dense", R, ("double-sigmoid",), plant="squash"),
    Patient("ring-lies", "half of the labels wrong", "ring", T, ("label-noise",), plant="lie", amount=0.5),
    Patient("digits-lies", "half of the labels wrong", "digits", R, ("label-noise",), plant="lie", amount=0.5),
    Patient("ring-lazy-strong", "lazy penalty 16 times too strong", "ring", T, OVERPAID,
            ("rules.lazy=16", "rules.r1=1"), plant="owe", amount=256.0),
    Patient("digits-lazy-strong", "lazy penalty 16 times too strong", "digits", R, OVERPAID,
            ("rules.lazy=16", "rules.r1=1"), plant="owe", amount=256.0),
    Patient("heads-memorising", "discriminator learns the data by heart", "heads dense", T, ("critic-overfits",),
            ("networks.critic.width=32", images(19_200), *rates(2e-4, 2e-3)), plant="few", amount=30, shows=0.5),
    Patient("digits-memorising", "discriminator learns the data by heart", "digits dense", R, ("critic-overfits",),
            (*loss("least_squares", "networks.critic.width=24", images(19_200)), *rates(2e-4, 1e-3)), plant="few",
            amount=25, shows=0.5),
    Patient("digits-mixed", "real and fake in one batch norm", "digits dense", T, ("batch-norm-leak",),
            ("networks.critic.width=16",), plant="mix"),
    Patient("heads-mixed", "real and fake in one batch norm", "heads dense", R, ("batch-norm-leak",),
            loss("least_squares"), plant="mix"),
)  # fmt: skip
SAMPLES = (
    # What samples show.
    Patient("digits-lookup", "generator copies", "digits", T, ("memorising-generator",), plant="lookup", amount=0.02),
    Patient("heads-lookup", "generator copies", "heads dense", R, ("memorising-generator",), loss("hinge"),
            plant="lookup", amount=0.05, onset=0.3),
    Patient("ring-blind", "noise has no effect", "ring", T, ("complete-collapse", "noise-ignored"), plant="blind"),
    Patient("heads-blind", "noise has no effect", "heads residual", R, ("complete-collapse", "noise-ignored"),
            plant="blind", amount=0.01),
    Patient("ring-dropped", "kinds never shown", "ring", T, ("partial-collapse",), plant="drop", amount=3, shows=YOUNG),
    Patient("digits-dropped", "kinds never shown", "digits labelled", R, ("class-collapse", "partial-collapse"),
            plant="drop", amount=7, shows=YOUNG),
    Patient("grid-dropped", "kinds never shown", "grid", R, ("partial-collapse",), ("rules.adversarial=relativistic",),
            plant="drop", amount=10, shows=YOUNG),
    Patient("heads-checkerboard", "checkerboard", "heads", T, ("checkerboard",),
            plant="uneven", amount=0.4, shows=YOUNG),
    Patient("digits-checkerboard", "checkerboard", "digits dense", R, ("checkerboard",), loss("hinge"),
            plant="uneven", amount=0.4, shows=YOUNG),
    Patient("digits-range", "data in [0, 1]", "digits", T, ("colour-drift", "wrong-range"),
            plant="half_range", shows=YOUNG),
    Patient("heads-range", "data in [0, 1]", "heads residual", R, ("colour-drift", "wrong-range"),
            plant="half_range", onset=0.3),
    Patient("heads-swapped", "red and blue exchanged", "heads", T, ("swapped-channels", "colour-drift"),
            plant="swap", shows=YOUNG),
    Patient("heads-dense-swapped", "red and blue exchanged", "heads dense", R, ("swapped-channels", "colour-drift"),
            loss("least_squares"), plant="swap", shows=YOUNG),
    Patient("heads-leak", "augmentation on reals only", "heads", T, ("augmentation-leak",), plant="leak", shows=YOUNG),
    Patient("digits-leak", "augmentation on reals only", "digits dense", R, ("augmentation-leak",),
            plant="leak", shows=YOUNG),
    Patient("digits-scrambled", "shuffled labels", "digits labelled", T, ("labels-ignored",),
            plant="scramble", shows=YOUNG),
    Patient("digits-projected-scrambled", "shuffled labels", "digits projected", R, ("labels-ignored",),
            plant="scramble", shows=YOUNG),
    Patient("digits-stale", "stale average", "digits", T, ("stale-average",),
            ("average.half_life_images=1000000", "average.ramp=0")),
    Patient("ring-stale", "stale average", "ring", R, ("stale-average",),
            ("average.half_life_images=10000000", "average.ramp=0", "rules.adversarial=hinge")),
)  # fmt: skip
HEALTHY = (
    Patient("plain-ring", "", "ring", T),
    Patient("wgan-gp-ring", "", "ring wgan-gp", R),
    Patient("pairs-ring", "", "ring", T, changes=("rules.adversarial=relativistic", "rules.r2=0.1")),
    Patient("hinge-ring", "", "ring", R, changes=("rules.adversarial=hinge",)),
    Patient("saturating-roll", "", "roll", T, changes=("rules.adversarial=minimax",)),
    Patient("squares-roll", "", "roll", R, changes=("rules.adversarial=least_squares",)),
    Patient("small-generator-ring", "", "ring", R, changes=(widths("generator", 32, 32),)),
    Patient("packed-ring", "", "ring", T, changes=("techniques.pack=2",)),
    Patient("plain-digits", "", "digits", R),
    Patient("squares-digits", "", "digits dense", T, changes=loss("least_squares")),
    Patient("tiny-batch-digits", "", "digits", T, changes=("train.batch=8", images(6400))),
    Patient("labelled-digits", "", "digits labelled", R, changes=rates(1e-3, 5e-4)),
    Patient("hinge-heads", "", "heads residual", T),
    Patient("plain-heads", "", "heads", R),
    Patient("gray-heads", "", "heads", T, changes=("data.channels=1",)),
    Patient("few-heads", "", "heads", R, changes=("techniques.augment.kind=diffaugment",), plant="few", amount=300),
)  # fmt: skip
PATIENTS = {patient.id: patient for patient in (*PLAYERS, *SAMPLES, *HEALTHY)}
