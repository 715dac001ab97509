"""A plain GAN that collapses to a few handwritten digits, and what mends it on the same networks and budget.

    python benchmarks/collapse.py [--images 192000] [--stacked-images 640000] [--workers 2]
    python benchmarks/collapse.py --publish

The set-up was searched for: with beta1 = 0.9 the plain GAN's one class is noise, with 0.5 or 0 it recovers.

A small network that knows digits (benchmarks/digits.py) says which digit each of 5,000 samples is. A digit counts as
covered if it makes up at least a tenth of its fair share, so 1% of the samples. Stacked digits put three random digits
into the colours of one image: 1,000 modes, each covered if one of 26,000 samples shows it, as PacGAN counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

import cells
import contest
import digits
import fidelity
import numpy as np
import torch
from collapse_page import write
from torch import Tensor

from sparring.data.feed import Source
from sparring.games.synthesis import SynthesisSettings
from sparring.metrics.modes import classes_of, combined
from sparring.networks.dcgan import DcganCritic, DcganGenerator
from sparring.networks.mlp import MlpCritic, MlpGenerator
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.recipes.recipe import Recipe, TrainSettings
from sparring.settings import assign

SAMPLES, STACKED_SAMPLES, SHOWN = 5000, 26_000, 60
OWN = ("optims.generator.beta1=0.0", "optims.critic.beta1=0.0", "optims.generator.beta2=0.9", "optims.critic.beta2=0.9")


def plain() -> Recipe:
    """What collapses: fully connected networks under Adam with too much momentum."""
    adam = Optim(lr=1e-3, beta1=0.8)
    return Recipe(
        name="collapse",
        networks={
            "generator": MlpGenerator(widths=(128, 256, 512)),
            "critic": MlpCritic(widths=(256, 128), dropout=0.0),
        },
        game=SynthesisSettings(latent=32),
        rules=Rules("nonsaturating"),
        optims={"generator": adam, "critic": adam},
        average=Average(half_life_images=10_000),
        train=TrainSettings(batch=64),
    )


def stacked() -> Recipe:
    """DCGAN's networks, a quarter as wide as published, and its optimiser."""
    adam = Optim(lr=2e-4, beta1=0.5)
    return replace(
        plain(),
        networks={"generator": DcganGenerator(width=16), "critic": DcganCritic(width=16)},
        game=SynthesisSettings(latent=100),
        optims={"generator": adam, "critic": adam},
    )


GP = ("rules.adversarial=wasserstein", "rules.gp=10")
R3 = ("rules.adversarial=relativistic", "rules.r1=1", "rules.r2=1")
METHODS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "spectral norm": ('spectral_norm=["critic"]',),
    "minibatch discrimination": ("minibatch.measures=64", "minibatch.length=5"),
    "unrolled 5": ("techniques.unroll=5", "techniques.unroll_rule=adam"),
    "pac 2": ("techniques.pack=2",),
    "pac 4": ("techniques.pack=4",),
    "replay": ("techniques.replay=1000",),
    "wgan-gp": GP,
    "rpgan + r1 + r2": R3,
    "plain, betas (0, 0.9)": OWN,
    "wgan-gp, betas (0, 0.9)": (*GP, *OWN),
    "rpgan + r1 + r2, betas (0, 0.9)": (*R3, *OWN),
}
STACKED: dict[str, tuple[str, ...]] = {
    "plain": (),
    "pac 2": ("techniques.pack=2",),
    "wgan-gp": (*GP, *OWN),
    "rpgan + r1 + r2": (*R3, *OWN),
}
SETS = {"digits": (plain, METHODS), "stacked": (stacked, STACKED)}


def recipe_of(name: str, method: str, images: int, changes: Sequence[str] = ()) -> Recipe:
    begin, methods = SETS[name]
    return assign(begin(), [*methods[method], *changes, f"train.images={images}"])


def digit_of(network: digits.Classifier, images: Tensor) -> Tensor:
    """(n, 1, 32, 32) to (n,) int64, 0..9."""
    with torch.no_grad():
        return torch.cat([network(part).argmax(1) for part in images.split(500)])


def spread(labels: Tensor, modes: int, least: float) -> cells.Facts:
    """Modes with at least `least` samples, and the KL divergence of what was made from equal shares."""
    found = classes_of(labels, modes, least)
    return {"covered": found.covered, "kl": found.kl}


def judge(name: str, images: Tensor, network: digits.Classifier) -> cells.Facts:
    if name == "stacked":
        three = [digit_of(network, images[:, channel : channel + 1]) for channel in range(3)]
        return spread(combined(three, 10), 1000, 1)
    found = digit_of(network, images)
    seen = fidelity.features_of(network.features, images)
    held = fidelity.features_of(network.features, digits.real(digits.halves().held_out()))
    return {
        **spread(found, 10, 0.1 * len(images) / 10),
        "shares": [round(float(one), 4) for one in classes_of(found, 10).counts / len(found)],
        "frechet": fidelity.frechet(seen, held),
    }


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    name, method, seed = cell.split("/")
    source: Source = digits.whole() if name == "digits" else digits.Stacked()
    images = options.images if name == "digits" else options.stacked_images
    recipe = recipe_of(name, method, images, options.changes)
    engine = contest.enter(recipe, source, int(seed))
    start = time.perf_counter()
    engine.run()
    spent = time.perf_counter() - start
    count = options.samples or (SAMPLES if name == "digits" else STACKED_SAMPLES)
    made = contest.samples(engine, recipe, count)
    options.out.mkdir(parents=True, exist_ok=True)
    shown = ((made[:SHOWN].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()
    np.savez_compressed(options.out / f"{cell.replace('/', '_')}.npz", samples=shown)
    rounds = engine.clock.images // recipe.train.batch // recipe.game.batches
    return {**judge(name, made, digits.classifier(options.out)), "rounds": rounds, "training_seconds": round(spent, 1)}


def main() -> None:
    parser = cells.parser(__doc__, "runs/benchmarks/collapse")
    parser.add_argument("--images", type=int, default=192_000, help="shown to each critic of digits")
    parser.add_argument("--stacked-images", type=int, default=640_000, help="shown to each critic of stacked digits")
    parser.add_argument("--stacked-seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--samples", type=int, default=0, help="0 = 5,000 digits and 26,000 stacked ones")
    parser.add_argument("--set", nargs="+", default=[], dest="changes", help="settings on top, path=value, to tune")
    options = parser.parse_args()
    options.seeds = options.seeds or ([0] if options.quick else [0, 1, 2])
    if options.quick:
        options.images, options.stacked_images, options.samples, options.out = 640, 640, 500, options.out / "quick"
        cells.rehearse(options.out)
    seeds = {"digits": options.seeds, "stacked": options.stacked_seeds}
    names = [
        f"{name}/{method}/{seed}"
        for name in options.sets
        for seed in seeds[name]
        for method in SETS[name][1]
        if not options.only or method in options.only
    ]
    network = digits.classifier(
        options.out, 1 if options.quick else digits.EPOCHS
    )  # trained once, before the processes need it
    options.accuracy = digits.accuracy(network)
    print(f"The classifier names {options.accuracy:.1%} of the held-out digits rightly", flush=True)
    if not options.publish:
        cells.play(names, work, options)
    if not options.list and (options.publish or options.quick):
        write(options)


if __name__ == "__main__":
    main()
