"""The set-ups that patients begin with: small, and different in data, networks and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sparring.recipes import RECIPES
from sparring.recipes.preset import Facts
from sparring.recipes.recipe import Recipe
from sparring.settings import assign

GRAY = ("digits", "mnist-5k", "faces")
QUIET = ("train.precision=fp32", "train.device=cpu", "watch.grids=2", "watch.grid=16", "watch.tensorboard=false")
"""A run of seconds has no time for pictures."""
CONVOLUTIONS = ("networks.generator.width=8", "networks.critic.width=8", "train.batch=32", "train.images=12800")
"""400 rounds."""
RESIDUAL = (*CONVOLUTIONS, "train.batch=16", "train.images=6400", "average.half_life_images=500",
            "optims.generator.lr=1e-3", "optims.critic.lr=1e-3")  # fmt: skip


def on(preset: str, data: str, *changes: str, labels: str = "none", side: int = 16) -> Recipe:
    """A preset on 2-D points, or on images of so many pixels."""
    points = data in ("ring", "grid", "swiss-roll")
    shape = (2,) if points else (1 if data in GRAY else 3, side, side)
    classes = 10 if labels != "none" else 0
    size = (f"data.size={shape[-1]}",) if len(shape) == 3 else ()
    where = (f"data.spec=builtin:{data}", f"data.labels={labels}", "data.flip=false", "data.validation=0.15", *size)
    return assign(RECIPES[preset].make(Facts(shape, classes)), [*where, *QUIET, *changes])


def plane(data: str, *changes: str, width: int = 64, preset: str = "gan") -> Recipe:
    """1,000 rounds of a small pair on points."""
    wide = f"[{width},{width}]"
    sizes = (f"networks.generator.widths={wide}", f"networks.critic.widths={wide}")
    return on(preset, data, *sizes, "train.batch=128", "train.images=128000", "average.half_life_images=5000", *changes)


def deep(units: int) -> tuple[str, ...]:
    """Three layers of so many units in both networks."""
    return tuple(f"networks.{role}.widths={[units] * 3}" for role in ("generator", "critic"))


BRIEF = ("train.batch=24", "train.images=9600", "average.half_life_images=1000")
"""400 rounds again."""
BEGIN: Mapping[str, Callable[[], Recipe]] = {
    "ring": lambda: plane("ring"),
    "ring wgan-gp": lambda: plane("ring", "train.images=128000", "train.batch=64", preset="wgan-gp"),
    "grid": lambda: plane("grid", width=128),
    "roll": lambda: plane("swiss-roll", width=96),
    "digits": lambda: on("dcgan-r1", "digits", *CONVOLUTIONS, "average.half_life_images=1000"),
    "digits dense": lambda: on("dcgan-dense", "digits", *CONVOLUTIONS),
    "digits residual": lambda: on("resnet-hinge", "digits", *RESIDUAL),
    "digits labelled": lambda: on("cgan", "digits", *CONVOLUTIONS, labels="digit"),
    "digits projected": lambda: on(
        "sngan-projection",
        "digits",
        *CONVOLUTIONS,
        "train.images=32000",
        "game.critic_steps=2",
        "train.batch=32",
        "optims.generator.lr=1e-3",
        "optims.critic.lr=1e-3",
        labels="digit",
    ),
    "heads": lambda: on("dcgan-r1", "avatars-small", *CONVOLUTIONS, "average.half_life_images=1000"),
    "heads dense": lambda: on("dcgan-dense", "avatars-small", *CONVOLUTIONS),
    "heads residual": lambda: on("resnet-hinge", "avatars-small", *RESIDUAL),
    # Of the reporting half alone.
    "ring wide": lambda: plane("ring", "networks.critic.activation=relu", width=160),
    "grid deep": lambda: plane("grid", *deep(64)),
    "roll deep": lambda: plane("swiss-roll", *deep(48), "train.batch=64", "train.images=64000"),
    "mnist": lambda: on("dcgan-r1", "mnist-5k", *CONVOLUTIONS, "networks.critic.width=12", *BRIEF),
    "mnist dense": lambda: on("dcgan-dense", "mnist-5k", *CONVOLUTIONS, "networks.generator.width=12", *BRIEF),
    "mnist residual": lambda: on("resnet-hinge", "mnist-5k", *RESIDUAL, "networks.critic.width=12"),
    "mnist projected": lambda: on(
        "sngan-projection", "mnist-5k", *RESIDUAL, "game.critic_steps=2", "train.images=16000", labels="digit"
    ),
    "mnist labelled": lambda: on("cgan", "mnist-5k", *CONVOLUTIONS, *BRIEF, labels="digit"),
    "faces": lambda: on("dcgan-r1", "faces", *CONVOLUTIONS, "networks.generator.width=12", *BRIEF),
    "faces dense": lambda: on("dcgan-dense", "faces", *CONVOLUTIONS, "networks.critic.width=12", *BRIEF),
    "heads r3gan": lambda: on(
        "r3gan",
        "avatars-small",
        *(f"networks.{role}.widths=[16,16,16]" for role in ("generator", "critic")),
        *RESIDUAL[2:],
        "train.images=4000",
    ),
    "heads fastgan": lambda: on("fastgan-toy", "avatars-small", "train.images=2400", side=32),
    "heads projected": lambda: on("projected-toy", "avatars-small", "train.images=1600", side=32),
}
