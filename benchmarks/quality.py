"""Which recipe makes the best images in the same time on a CPU: Fréchet distances to the held-out half.

    python benchmarks/quality.py --sweep [--workers 2]      # learning rates, with seed 100
    python benchmarks/quality.py         [--workers 2]      # the best of them, seeds 0 1 2
    python benchmarks/quality.py --publish

Two sets: MNIST's 5,000 digits of 28 pixels, enlarged to 32, and 10,000 cartoon heads of 64 pixels in colour. Every run
trains on one half for the same time on one thread; what it draws then is compared with the other half. The time is the
processor's, which on an idle core is the clock's, and which other work on the machine does not eat. The peer is the
well-known PyTorch DCGAN example, written plainly below. Every recipe and the peer get the same sweep.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cells
import contest
import digits
import fidelity
import numpy as np
import torch
import torch.nn.functional as F
from candidates import RECIPES
from numpy.typing import NDArray
from quality_page import write
from torch import Tensor, nn

from sparring.data.open import open_source
from sparring.data.packed import PackSource
from sparring.data.settings import DataSettings
from sparring.layers.efficientnet import pretrained
from sparring.networks.dcgan import DcganCritic, DcganGenerator
from sparring.networks.network import Shape
from sparring.recipes.recipe import Recipe
from sparring.settings import assign

PEER, SHOWN, SIDE_SEEN = "example", 60, 128
FACTORS = {"digits": (0.5, 1.0, 2.5, 6.0), "heads": (1.0, 2.5, 6.0)}  # half the rate was best for nobody on digits
SECONDS = {"digits": {"sweep": 30.0, "final": 60.0}, "heads": {"sweep": 120.0, "final": 420.0}}
SAMPLES = {"sweep": 1000, "final": 2000}


@cache
def source_of(name: str) -> PackSource:
    """Half to train on, half held out, by the hash of each picture."""
    if name == "digits":
        settings = DataSettings(spec="builtin:mnist-5k", size=32, validation=0.5, flip=False, labels="none")
    else:
        settings = DataSettings(spec="builtin:avatars", size=64, validation=0.5, labels="none")
    source = open_source(settings)
    assert isinstance(source, PackSource)
    return source


def features(name: str, folder: Path) -> Callable[[Tensor], Tensor]:
    """Digits: the last hidden features (128) of the classifier. Heads: the mean of EfficientNet-Lite0's last (320)."""
    if name == "digits":
        return digits.classifier(folder).features
    network = pretrained()

    def seen(images: Tensor) -> Tensor:
        images = F.interpolate(images, size=SIDE_SEEN, mode="bilinear", align_corners=False)
        return network(images)[-1].mean((2, 3))

    return seen


def held_out(name: str, folder: Path) -> NDArray[np.float64]:
    """Features of the held-out half, kept in the folder."""
    file = folder / f"{name}-held-out.npy"
    if not file.exists():
        found = fidelity.features_of(features(name, folder), digits.real(source_of(name).held_out()))
        np.save(file.with_suffix(".part.npy"), found)
        file.with_suffix(".part.npy").replace(file)
    return np.load(file)


@dataclass
class Made:
    """What a run ended with."""

    images: Tensor  # samples (n, channels, side, side) in [-1, 1]
    shown: int  # real images the critic saw
    seconds: float  # of training


def play(recipe: Recipe, source: PackSource, seed: int, seconds: float, count: int) -> Made:
    """Train for this long. Schedules need a length: it follows from the speed of the first seconds."""
    trial = contest.enter(recipe, source, seed)
    trial.run(2)
    start = time.process_time()
    while time.process_time() - start < seconds / 30:
        trial.run(1)
    per_second = (trial.clock.images - 2 * recipe.train.batch * recipe.game.batches) / (time.process_time() - start)
    length = round(per_second * seconds)
    engine = contest.enter(replace(recipe, train=replace(recipe.train, images=length)), source, seed)
    start = time.process_time()
    while not engine.over and time.process_time() - start < seconds:
        engine.run(1)
    spent = time.process_time() - start
    return Made(contest.samples(engine, recipe, count, batch=100), engine.clock.images, spent)


def example(rate: float, source: PackSource, seed: int, seconds: float, count: int) -> Made:
    """The PyTorch DCGAN example's way, at its own settings but for the learning rate: batch 64, width 64, beta1 0.5,
    100 numbers of noise, no averaged copy, samples from the generator as it trains."""
    torch.manual_seed(seed)
    shape = Shape(source.shape, 100)
    generator, critic = DcganGenerator().build(shape), DcganCritic().build(shape)
    learn_g = torch.optim.Adam(generator.parameters(), lr=rate, betas=(0.5, 0.999))
    learn_d = torch.optim.Adam(critic.parameters(), lr=rate, betas=(0.5, 0.999))
    feed, loss, ones, zeros, rounds = source.feed(64, seed=seed), nn.BCELoss(), torch.ones(64), torch.zeros(64), 0

    def judge(images: Tensor) -> Tensor:
        return critic(images).logits[0].flatten().sigmoid()

    start = time.process_time()
    while time.process_time() - start < seconds:
        real, rounds = feed.batch(rounds).image.contiguous(), rounds + 1
        critic.zero_grad()
        loss(judge(real), ones).backward()
        fake = generator(torch.randn(64, 100))
        loss(judge(fake.detach()), zeros).backward()
        learn_d.step()
        generator.zero_grad()
        loss(judge(fake), ones).backward()
        learn_g.step()
    spent = time.process_time() - start
    with torch.no_grad():
        made = torch.cat([generator(torch.randn(100, 100)) for _ in range(-(-count // 100))])
    return Made(made[:count], 64 * rounds, spent)


def faster(recipe: Recipe, factor: float) -> Recipe:
    """All learning rates times this."""
    return assign(recipe, [f"optims.{name}.lr={optim.lr * factor}" for name, optim in recipe.optims.items()])


def budgets(name: str, options: argparse.Namespace) -> dict[str, tuple[float, int]]:
    """Of the sweep and of the final runs: seconds of training, and samples to compare."""
    return {kind: (options.seconds or SECONDS[name][kind], options.samples or SAMPLES[kind]) for kind in SAMPLES}


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    """A cell is `kind/set/recipe/factor/seed`; kind is sweep or final."""
    kind, name, method, factor, seed = cell.split("/")
    source, (seconds, count) = source_of(name), options.budgets[name][kind]
    if method == PEER:
        made = example(2e-4 * float(factor), source, int(seed), seconds, count)
    else:
        recipe = assign(faster(RECIPES[method](name), float(factor)), options.changes)
        made = play(recipe, source, int(seed), seconds, count)
    options.out.mkdir(parents=True, exist_ok=True)
    pixels = ((made.images[:SHOWN].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()
    np.savez_compressed(options.out / f"{cell.replace('/', '_')}.npz", samples=pixels)
    seen = fidelity.features_of(features(name, options.out), made.images)
    distance = fidelity.frechet(seen, held_out(name, options.out))
    return {"frechet": distance, "images": made.shown, "training_seconds": round(made.seconds, 1)}


def best_factors(there: dict[str, cells.Facts]) -> dict[tuple[str, str], str]:
    """(set, recipe) -> the factor with the least distance in the sweep."""
    least = dict[tuple[str, str], tuple[float, str]]()
    for cell, facts in there.items():
        kind, name, method, factor, _ = cell.split("/")
        if kind == "sweep" and "frechet" in facts:
            mine = (float(facts["frechet"]), factor)  # type: ignore[arg-type]
            least[name, method] = min(mine, least.get((name, method), mine))
    return {key: factor for key, (_, factor) in least.items()}


def planned(options: argparse.Namespace) -> list[str]:
    """Cells of the sweep, or of the final runs: each recipe at its best rate, the peer at its published one too."""
    methods = [method for method in [PEER, *RECIPES] if not options.only or method in options.only]
    if options.sweep:
        return [f"sweep/{n}/{m}/{f}/{options.sweep_seed}" for n in options.sets for m in methods for f in FACTORS[n]]
    best = best_factors(cells.finished(options.out))
    finals = list[str]()
    for seed in options.seeds:
        for name in options.sets:
            for method in methods:
                if (name, method) not in best:
                    print(f"{method} on {name} has had no sweep, and is left out")
                    continue
                rates = {best[name, method], "1.0"} if method == PEER else {best[name, method]}
                finals += [f"final/{name}/{method}/{factor}/{seed}" for factor in sorted(rates)]
    return finals


def floor(name: str, options: argparse.Namespace) -> float:
    """The distance of real training images to the held-out half: nothing can be expected to come below."""
    source = source_of(name)
    rows = np.random.default_rng(0).permutation(source.count)[
        : options.budgets[name]["final"][1]
    ]  # they lie in order of their digits
    seen = fidelity.features_of(features(name, options.out), digits.real(source.images(rows)))
    return fidelity.frechet(seen, held_out(name, options.out))


def main() -> None:
    parser = cells.parser(__doc__, "runs/benchmarks/quality")
    parser.add_argument("--seconds", type=float, help=f"of training; otherwise {SECONDS}")
    parser.add_argument("--sweep", action="store_true", help="the sweep of learning rates, which comes first")
    parser.add_argument("--sweep-seed", type=int, default=100)
    parser.add_argument("--sets", nargs="+", choices=list(SECONDS), default=list(SECONDS))
    parser.add_argument("--samples", type=int, help=f"to compare; otherwise {SAMPLES}")
    parser.add_argument("--set", nargs="+", default=[], dest="changes", help="settings on top, path=value, to tune")
    options = parser.parse_args()
    options.seeds = options.seeds or ([0] if options.quick else [0, 1, 2])
    if options.quick:
        options.seconds, options.samples, options.out = 2.0, 200, options.out / "quick"
        cells.rehearse(options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    digits.classifier(options.out, 1 if options.quick else digits.EPOCHS)
    options.floors, options.budgets = {}, {name: budgets(name, options) for name in options.sets}
    for name in options.sets:  # prepares the data, the features and the classifier before the processes need them
        options.floors[name] = floor(name, options)
        print(f"{name}: distance of the training half to the held-out half {options.floors[name]:.2f}", flush=True)
    if not options.publish:
        cells.play(planned(options), work, options)
        if options.quick and options.sweep:
            options.sweep = False
            cells.play(planned(options), work, options)
    if not options.list and not options.sweep and (options.publish or options.quick):
        write(options)


if __name__ == "__main__":
    main()
