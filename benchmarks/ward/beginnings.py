"""The set-ups that patients begin with: small, and different in data, networks and losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sparring.recipes import RECIPES
from sparring.recipes.preset import Facts
from sparring.recipes.recipe import Recipe
from sparring.settings import assign

QUIET = ("train.precision=fp32", "train.device=cpu", "watch.grids=2", "watch.grid=16", "watch.tensorboard=false")
"""A run of seconds has no time for pictures."""
CONVOLUTIONS = ("networks.generator.width=8", "networks.critic.width=8", "train.batch=32", "train.images=12800")
"""400 rounds."""
RESIDUAL = (*CONVOLUTIONS, "train.batch=16", "train.images=6400", "average.half_life_images=500",
            "optims.generator.lr=1e-3", "optims.critic.lr=1e-3")  # fmt: skip


def on(preset: str, data: str, *changes: str, labels: str = "none") -> Recipe:
    """A preset on 2-D points, or on images of 16 pixels."""
    shape = {"ring": (2,), "grid": (2,), "swiss-roll": (2,), "digits": (1, 16, 16)}.get(data, (3, 16, 16))
    classes = 10 if labels != "none" else 0
    size = (f"data.size={shape[-1]}",) if len(shape) == 3 else ()
    where = (f"data.spec=builtin:{data}", f"data.labels={labels}", "data.flip=false", "data.validation=0.15", *size)
    return assign(RECIPES[preset].make(Facts(shape, classes)), [*where, *QUIET, *changes])


def plane(data: str, *changes: str, width: int = 64, preset: str = "gan") -> Recipe:
    """1,000 rounds of a small pair on points."""
    wide = f"[{width},{width}]"
    sizes = (f"networks.generator.widths={wide}", f"networks.critic.widths={wide}")
    return on(preset, data, *sizes, "train.batch=128", "train.images=128000", "average.half_life_images=5000", *changes)


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
}
