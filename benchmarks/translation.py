"""Translation in equal time on a CPU: pix2pix against its halves, and CycleGAN, CUT and U-GAT-IT light without pairs.

    python benchmarks/translation.py [--workers 2]      # 12 runs of five minutes, seeds 0 and 1
    python benchmarks/translation.py --publish

Everything is drawn, so that it can be shown: 64 pixels, a tenth held out.
  pairs       from lines to the cartoon heads they were taken from: pix2pix, the same without L1, and L1 alone
  unpaired    from one style of heads to another, other persons, no pairs
Every run gets the same time of one core; the time is the processor's, which other work on the machine does not eat.
Networks are narrow and everything else is as published, batches of one included. What the held-out sources become is
compared with the held-out targets.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from functools import cache

import cells
import contest
import fidelity
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from translation_page import write

from sparring.data.making import edges
from sparring.data.open import open_source
from sparring.data.packed import to_float
from sparring.data.pairs import PairSource
from sparring.data.settings import DataSettings
from sparring.layers.efficientnet import pretrained
from sparring.metrics.kernel import discrepancy
from sparring.play.engine import Engine
from sparring.recipes import RECIPES, Recipe
from sparring.run.briefing import facts_of
from sparring.settings import assign

SECONDS, SIDE_SEEN, SHOWN, KEPT = 300.0, 128, 10, 4
DATA = {
    "pairs": DataSettings(spec="builtin:avatars", source="edges", size=64, labels="none", validation=0.1),
    "unpaired": DataSettings(
        spec="builtin:avatars", source="builtin:avatars:big-smile", paired=False, size=64, labels="none", validation=0.1
    ),
}


def width(value: int, *roles: str) -> tuple[str, ...]:
    return tuple(f"networks.{role}.width={value}" for role in roles or ("generator", "critic"))


BOTH_WAYS = width(16, "generator", "inverse", "critic", "critic_inverse")
METHODS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "pairs": {
        "pix2pix": ("pix2pix", width(24)),
        "without L1": ("pix2pix", (*width(24), "game.likeness.pixel=0")),
        "L1 alone": ("pix2pix", (*width(24), "game.warmup_rounds=1000000000")),
    },
    "unpaired": {
        "cyclegan": ("cyclegan", BOTH_WAYS),
        "cut": ("cut", (*width(16), "networks.generator.blocks=6")),
        "ugatit-light": ("ugatit-light", BOTH_WAYS),
    },
}
"""Set -> method -> preset and changes."""


@cache
def source_of(name: str) -> PairSource:
    source = open_source(DATA[name])
    assert isinstance(source, PairSource)
    return source


@cache
def eye() -> nn.Module:
    return pretrained().eval()


def seen(images: Tensor) -> Tensor:
    """The mean of EfficientNet-Lite0's last features (n, 320)."""
    return eye()(F.interpolate(images, size=SIDE_SEEN, mode="bilinear", align_corners=False))[-1].mean((2, 3))


def recipe_of(name: str, method: str, images: int) -> Recipe:
    preset, changes = METHODS[name][method]
    return assign(RECIPES[preset].make(facts_of(source_of(name))), [*changes, f"train.images={images}"])


def entered(name: str, method: str, seed: int, images: int) -> Engine:
    return contest.enter(recipe_of(name, method, images), source_of(name), seed)


def play(name: str, method: str, seed: int, seconds: float) -> tuple[Engine, float]:
    """Train for this long. The rate falls towards the end: its length follows from the speed of the first seconds."""
    trial = entered(name, method, seed, 10**6)
    trial.run(2)
    start, before = time.process_time(), trial.clock.images
    while time.process_time() - start < seconds / 30:
        trial.run(1)
    length = round((trial.clock.images - before) / (time.process_time() - start) * seconds)
    engine, start = entered(name, method, seed, max(length, 4)), time.process_time()
    while not engine.over and time.process_time() - start < seconds:
        engine.run(1)
    return engine, time.process_time() - start


@torch.no_grad()
def translated(network: nn.Module, sources: Tensor) -> Tensor:
    """One by one, as `sparring translate` does; what a file could not hold is cut."""
    network.eval()
    return torch.cat([network(one) for one in sources.split(1)]).clamp(-1, 1)


@dataclass(frozen=True)
class Held:
    """What is compared with."""

    sources: Tensor
    targets: Tensor
    features: np.ndarray  # of the targets

    @staticmethod
    def of(name: str, count: int) -> Held:
        source = source_of(name)
        targets, sources = to_float(source.held_out(), None)[:count], source.held_out_sources()[:count]
        return Held(sources, targets, fidelity.features_of(seen, targets))


def realism(images: Tensor, held: Held) -> cells.Facts:
    """Distances of features to those of the targets: Fréchet's, and the kernel's in thousands."""
    ours = fidelity.features_of(seen, images)
    kernel = discrepancy(torch.from_numpy(ours), torch.from_numpy(held.features))
    return {"frechet": fidelity.frechet(ours, held.features), "kernel": float(kernel) / 1000}


def follows(made: Tensor, sources: Tensor) -> float:
    """How closely colours follow the source: correlation over images of each of 4x4 means, 1 = entirely."""
    ours, theirs = (F.adaptive_avg_pool2d(one, KEPT).flatten(1) for one in (made, sources))
    ours, theirs = ((one - one.mean(0)) / (one.std(0) + 1e-6) for one in (ours, theirs))
    return float((ours * theirs).mean())


def likeness(made: Tensor, held: Held) -> cells.Facts:
    """Of pairs: L1 in levels of 255, PSNR in dB, and how far the lines are from those that were given."""
    error = (made - held.targets) / 2
    return {
        "l1": 255 * float(error.abs().mean()),
        "psnr": float((-10 * error.square().mean((1, 2, 3)).log10()).mean()),
        "lines": 255 * float((edges(made) - held.sources).abs().mean() / 2),
    }


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    """A cell is `set/method/seed`."""
    name, method, seed = cell.split("/")
    engine, spent = play(name, method, int(seed), options.seconds)
    held = Held.of(name, options.samples)
    made = translated(engine.game.generator, held.sources)
    found = {"images": engine.clock.images, "training_seconds": round(spent, 1), **realism(made, held)}
    if name == "pairs":
        found |= likeness(made, held)
    else:
        found["follows"] = follows(made, held.sources)
        if "inverse" in engine.game.players():
            back = translated(engine.game.inverse, made)
            found["cycle"] = 255 * float((back - held.sources).abs().mean() / 2)
    pixels = ((made[:SHOWN] + 1) * 127.5).round().to(torch.uint8).numpy()
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.out / f"{cell.replace('/', '_')}.npz", made=pixels)
    return found


def planned(options: argparse.Namespace) -> list[str]:
    return [
        f"{name}/{method}/{seed}"
        for seed in options.seeds
        for name, methods in METHODS.items()
        for method in methods
        if not options.only or method in options.only
    ]


def references(options: argparse.Namespace) -> dict[str, cells.Facts]:
    """What the numbers are for what was never translated: other real targets, and the sources themselves."""
    found = dict[str, cells.Facts]()
    for name in DATA:
        source, held = source_of(name), Held.of(name, options.samples)
        rows = np.random.default_rng(0).permutation(source.count)[: options.samples]
        found[f"{name}, real targets"] = realism(to_float(source.images(rows), None), held)
        sources = held.sources.expand(-1, 3, -1, -1)
        found[f"{name}, sources as they are"] = realism(sources, held)
    return found


def main() -> None:
    parser = cells.parser(__doc__, "runs/benchmarks/translation")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of training, of the processor")
    parser.add_argument("--samples", type=int, default=1000, help="held-out sources to translate")
    options = parser.parse_args()
    options.seeds = options.seeds or ([0] if options.quick else [0, 1])
    if options.quick:
        options.seconds, options.samples, options.out = 3.0, 100, options.out / "quick"
        cells.rehearse(options.out)
    if not options.publish:
        cells.play(planned(options), work, options)
    if options.publish or options.quick:
        columns = {name: Held.of(name, SHOWN) for name in DATA}
        write(options, METHODS, references(options), {n: (h.sources, h.targets) for n, h in columns.items()})


if __name__ == "__main__":
    main()
