"""Which losses and techniques find all modes of 2-D mixtures, next to what papers report.

    python benchmarks/modes.py [--steps 20000] [--workers 2] [--out runs/benchmarks/modes]
    python benchmarks/modes.py --publish

PacGAN's sets and measures: a ring of 8 Gaussians (radius 1, sigma 0.01) and a grid of 25 ({-4,-2,0,2,4} in both
directions, sigma 0.05). Of 2,500 samples those within three sigma of a mode are of high quality; a mode with one of
them is found. One network set-up serves all methods, narrower than PacGAN's so that all of them fit in some hours; the
papers' own set-ups for these tasks are methods of their own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cells
import contest
import numpy as np
import torch
from modes_page import write

from sparring.data.points import Points, grid_centres, ring_centres
from sparring.games import GAMES
from sparring.games.synthesis import SynthesisSettings
from sparring.metrics.modes import modes_of
from sparring.networks.joint import JointCritic, JointEncoder
from sparring.networks.mlp import MlpCritic, MlpGenerator
from sparring.play.engine import Engine
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.recipes.recipe import Recipe, TrainSettings
from sparring.settings import assign

WIDTH = 128
AVERAGED = "averaged"  # what is measured on the averaged copy, and not on the latest weights
SAMPLES, TIMES = 2500, (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
SETS = {"ring": Points("ring", ring_centres(), 0.01), "grid": Points("grid", grid_centres(), 0.05)}
REACH = {"ring": 1.5, "grid": 5.0}


@dataclass(frozen=True)
class Method:
    """A set-up: what it changes of a recipe it begins with, and what it is called in the papers' tables."""

    changes: tuple[str, ...] = ()
    begin: str = "common"
    published: str = ""
    only: str = ""  # the one set it is for; empty = both


def common() -> Recipe:
    """The set-up of the main table. Without batch norm, whose statistics lag behind quick changes, and momentum."""
    adam = Optim(lr=1e-3, beta1=0.0)
    return Recipe(
        name="modes",
        networks={
            "generator": MlpGenerator(widths=(WIDTH,) * 3, activation="relu", batch_norm=False),
            "critic": MlpCritic(widths=(WIDTH,) * 3, activation="leaky_relu"),
        },
        game=SynthesisSettings(latent=2),
        rules=Rules("nonsaturating"),
        optims={"generator": adam, "critic": adam},
        average=Average(half_life_images=20_000),
        train=TrainSettings(batch=100),
    )


def pacgan() -> Recipe:
    """Lin et al. 2018, with maxout units of 5 pieces. Theirs has batch norm in the generator's first layer too."""
    adam = Optim(lr=1e-4, beta1=0.8)
    return replace(
        common(),
        networks={
            "generator": MlpGenerator(widths=(400,) * 4, activation="relu", batch_norm=True),
            "critic": MlpCritic(widths=(200,) * 3, activation="maxout"),
        },
        optims={"generator": adam, "critic": adam},
    )


def pairs() -> Recipe:
    """The same generator and optimisers, with an encoder and a critic of pairs of (z, x)."""
    recipe = common()
    optim = recipe.optims["critic"]
    return replace(
        recipe,
        game=GAMES["inference"](latent=2),
        networks={
            "generator": recipe.networks["generator"],
            "encoder": JointEncoder(width=WIDTH),
            "critic": JointCritic(width=WIDTH),
        },
        optims=dict.fromkeys(GAMES["inference"].players, optim),
    )


def wgan_gp() -> Recipe:
    """Gulrajani et al. 2017, toy data: 3 x 512 ReLU, penalty 0.1, five critic steps."""
    adam = Optim(lr=1e-4, beta1=0.5, beta2=0.9)
    return replace(
        common(),
        networks={
            "generator": MlpGenerator(widths=(512,) * 3, activation="relu", batch_norm=False),
            "critic": MlpCritic(widths=(512,) * 3, activation="relu"),
        },
        game=SynthesisSettings(latent=2, critic_steps=5),
        rules=Rules("wasserstein", gp=0.1),
        optims={"generator": adam, "critic": adam},
        train=TrainSettings(batch=256),
    )


def unrolled() -> Recipe:
    """Metz et al. 2017, their demonstration on the ring: 2 x 128 tanh, 256 numbers of noise, batches of 512."""
    return replace(
        common(),
        networks={
            "generator": MlpGenerator(widths=(128,) * 2, activation="tanh", batch_norm=False),
            "critic": MlpCritic(widths=(128,) * 2, activation="tanh"),
        },
        game=SynthesisSettings(latent=256),
        rules=Rules("minimax"),
        optims={"generator": Optim(lr=1e-3, beta1=0.5), "critic": Optim(lr=1e-4, beta1=0.5)},
        train=TrainSettings(batch=512),
    )


BEGIN = {"common": common, "pacgan": pacgan, "pairs": pairs, "wgan-gp": wgan_gp, "unrolled": unrolled}
SHARED = ("common", "pairs")  # the others cost up to a hundred times as much a step
FGANS = ("kl", "reverse_kl", "pearson", "hellinger", "js", "gan")


def loss(name: str, *more: str, published: str = "") -> Method:
    return Method((f"rules.adversarial={name}", *more), published=published)


METHODS: dict[str, Method] = {
    # Losses alone.
    "minimax": loss("minimax"),
    "nonsaturating": loss("nonsaturating", published="GAN"),
    "lsgan": loss("least_squares"),
    "wgan (clip)": loss("wasserstein", "game.clip=0.1"),
    "hinge": loss("hinge"),
    "rpgan": loss("relativistic"),
    "ragan": loss("relativistic_average"),
    **{f"f-gan {name.replace('_', ' ')}": loss(f"fgan_{name}") for name in FGANS},
    # Penalties.
    "wgan-gp": loss("wasserstein", "rules.gp=0.1"),
    "gan + r1": loss("nonsaturating", "rules.r1=0.1"),
    "gan + gp0": loss("nonsaturating", "rules.gp0=0.1"),
    "dragan": loss("nonsaturating", "rules.dragan=10"),
    "rpgan + r1 + r2": loss("relativistic", "rules.r1=0.01", "rules.r2=0.01"),
    "gan + spectral norm": loss("nonsaturating", 'spectral_norm=["critic"]'),
    # Techniques.
    "unrolled 5": loss("nonsaturating", "techniques.unroll=5", "techniques.unroll_rule=adam", published="Unrolled"),
    "pac 2": loss("nonsaturating", "techniques.pack=2", published="PacGAN2"),
    "pac 3": loss("nonsaturating", "techniques.pack=3", "train.batch=99", published="PacGAN3"),
    "pac 4": loss("nonsaturating", "techniques.pack=4", published="PacGAN4"),
    "minibatch": loss("nonsaturating", "minibatch.measures=16", "minibatch.length=3"),
    "replay": loss("nonsaturating", "techniques.replay=1000"),
    "instance noise": loss("nonsaturating", "techniques.noise=0.5"),
    "veegan": Method(("game.both_ways=false", "game.rebuild=1"), "pairs", published="VEEGAN"),
    "ali": Method(('networks.encoder={"kind": "encoder", "width": 128, "stochastic": true}',), "pairs", "ALI"),
    # Set-ups as published. PacGAN's costs five times as much a step.
    "gan, own set-up": Method((), "pacgan", "GAN"),
    "pac 2, own set-up": Method(("techniques.pack=2",), "pacgan", "PacGAN2"),
    "wgan-gp, own set-up": Method((), "wgan-gp"),
    "unrolled 0, own set-up": Method((), "unrolled", only="ring"),
    "unrolled 5, own set-up": Method(
        ("techniques.unroll=5", "techniques.unroll_rule=adam"), "unrolled", "Unrolled", only="ring"
    ),
}


def recipe_of(method: str, steps: int, changes: Sequence[str] = ()) -> Recipe:
    """`steps` updates of the critic, whatever the batch."""
    one = METHODS[method]
    recipe = assign(BEGIN[one.begin](), [*one.changes, *changes])
    return assign(recipe, [f"train.images={steps * recipe.train.batch}"])


def measure(points: np.ndarray, source: Points) -> cells.Facts:
    """Modes found, share of samples of high quality, and the reverse KL of their modes to equal shares."""
    found = modes_of(torch.from_numpy(points), torch.from_numpy(source.centres), source.std)
    kl = found.kl if found.found else None
    return {"modes": found.found, "high_quality": found.high_quality, "reverse_kl": kl}


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    name, method, seed = cell.split("/")
    source, recipe = SETS[name], recipe_of(method, options.steps, options.changes)
    engine = contest.enter(recipe, source, int(seed))
    rounds = sum(stage.rounds for stage in engine.stages)
    seen, spent = dict[str, np.ndarray](), 0.0
    for time_of in TIMES:
        start = time.perf_counter()
        engine.run(round(time_of * rounds) - engine.clock.round)
        spent += time.perf_counter() - start
        seen[f"{time_of}"] = contest.samples(engine, recipe, SAMPLES, averaged=False).numpy()
    averaged = measure(contest.samples(engine, recipe, SAMPLES).numpy(), source)
    found = {**measure(seen["1.0"], source), **{f"{AVERAGED}_{name}": value for name, value in averaged.items()}}
    found |= {"rounds": rounds, "seconds_per_round": spent / rounds}
    if int(seed) == options.seeds[0]:
        draw(options.out, cell, name, engine, seen)
    return found


def draw(out: Path, cell: str, name: str, engine: Engine, seen: dict[str, np.ndarray]) -> None:
    """Keep what the pictures need."""
    axis = np.linspace(-REACH[name], REACH[name], 65, dtype=np.float32)
    places = torch.from_numpy(np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2).copy())
    critic = engine.learners["critic"].player.modules[0]
    judged = {}
    if METHODS[cell.split("/")[1]].begin != "pairs" and "pac" not in cell and "minibatch" not in cell:
        with torch.no_grad():
            judged["surface"] = critic(places).logits[0].reshape(65, 65).numpy()
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / f"{cell.replace('/', '_')}.npz", **seen, **judged)


def main() -> None:
    parser = cells.parser(__doc__, "runs/benchmarks/modes")
    parser.add_argument("--steps", type=int, default=4_000, help="critic updates; PacGAN: 400,000, Unrolled: 25,000")
    parser.add_argument("--own-seeds", type=int, default=1, help="how many seeds for the papers' own set-ups")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--set", nargs="+", default=[], dest="changes", help="settings on top, path=value, to tune")
    options = parser.parse_args()
    options.seeds = options.seeds or ([0] if options.quick else [0, 1, 2, 3, 4])
    if options.quick:
        options.steps, options.out = 100, options.out / "quick"
        cells.rehearse(options.out)
    names = [
        f"{name}/{method}/{seed}"
        for seed in options.seeds
        for name in options.sets
        for method in options.only or METHODS
        if METHODS[method].only in ("", name)
        if METHODS[method].begin in SHARED or seed in options.seeds[: options.own_seeds]
    ]
    if not options.publish:
        cells.play(names, work, options)
    if not options.list and (options.publish or options.quick):
        write(options, METHODS, SETS, REACH)


if __name__ == "__main__":
    main()
