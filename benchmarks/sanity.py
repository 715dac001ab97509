"""Real images, spoiled more and more in five ways: does each metric move as the literature says?

    python benchmarks/sanity.py [--features effnet-lite0]

Cartoon heads of 64 pixels: 2,000 as the reference, 500 others as a perfect generator's samples. Noise and blur spoil
quality; missing hair styles and repeated images spoil variety; copies of reference images spoil neither, and should
be caught. Writes docs/pictures/sanity.png and benchmarks/results/sanity.json, and ends with status 1 if a metric moves
in another direction than it should.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from sanity_picture import picture
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from sparring.data.open import open_source
from sparring.data.packed import PackSource
from sparring.data.settings import DataSettings
from sparring.metrics.features import FrozenNetwork, choose_extractor
from sparring.metrics.frechet import frechet_of
from sparring.metrics.inception_score import inception_score
from sparring.metrics.kernel import kid
from sparring.metrics.manifold import manifold
from sparring.metrics.memorisation import authentic, data_copying

HERE = Path(__file__).resolve().parent
REAL, HELD, POOL, FAKE = 2000, 500, 2500, 500
NOISE = (0, 8, 16, 32, 64)  # deviation, of 255; flat colours show the faintest
BLUR = (0.0, 0.5, 1.0, 2.0, 4.0)  # deviation in pixels
MISSING = (0, 2, 4, 6, 8)  # hair styles, of 11
DISTINCT = (500, 125, 32, 8, 2)  # images that are repeated until there are 500
COPIES = (0, 125, 250, 375, 500)  # samples that are reference images

EXPECTED = {
    "noise": {"fd": 1, "kd": 1, "precision": -1, "density": -1, "coverage": -1},
    "blur": {"fd": 1, "kd": 1, "precision": -1, "density": -1, "coverage": -1},
    "missing classes": {"fd": 1, "kd": 1, "recall": -1, "coverage": -1, "precision": 0},
    "repeated images": {"fd": 1, "kd": 1, "recall": -1, "coverage": -1, "precision": 0},
    "copied images": {"fd": -1, "precision": 1, "recall": 0, "coverage": 1, "authpct": -1, "c_t": -1},
}
"""What must rise (1), fall (-1) and stay within a tenth (0) from the first level to the last.

A copy lies in the ball of its own image, so copies cover more than fresh images do."""

Seen = tuple[Tensor, Tensor]  # features and logits
Curves = dict[str, dict[str, list[float]]]


def main() -> int:
    """Measure, draw, and say what did not move as it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", default="effnet-lite0")
    options, start = parser.parse_args(), time.time()
    source = open_source(DataSettings("builtin:avatars", size=64, labels="hair", validation=0.0))
    assert isinstance(source, PackSource)
    extractor = choose_extractor(options.features)
    order = torch.randperm(source.count, generator=torch.Generator().manual_seed(0)).tolist()
    real, held, pool = order[:REAL], order[REAL : REAL + HELD], order[REAL + HELD : REAL + HELD + POOL]
    real_seen, held_seen, pool_seen = (look(extractor, source.images(rows)) for rows in (real, held, pool))
    curves: Curves = {}
    for name, levels in spoiled(source, pool, extractor, real_seen, pool_seen).items():
        rows = [scores(fake, real_seen, held_seen) for fake in levels]
        curves[name] = {metric: [row[metric] for row in rows] for metric in rows[0]}
        print(name, {metric: [round(v, 3) for v in values] for metric, values in curves[name].items()}, flush=True)
    write(curves, extractor, examples(source, pool, real), time.time() - start)
    wrong = mistakes(curves)
    print("\n".join(wrong) or "every metric moves as it should")
    return 1 if wrong else 0


def look(extractor: FrozenNetwork, images: Tensor) -> Seen:
    """Images (n, 3, 64, 64) uint8 as the network sees them."""
    parts = [extractor(part) for part in images.split(64)]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts if part[1] is not None])


def spoiled(
    source: PackSource, pool: list[int], extractor: FrozenNetwork, real: Seen, fresh: Seen
) -> dict[str, list[Seen]]:
    """500 samples at each level of each way; all but noise and blur are chosen from what was seen already."""
    images, labels = source.images(pool[:FAKE]), source.labels(pool)
    dice = torch.Generator().manual_seed(1)

    def chosen(rows: Tensor) -> Seen:
        return fresh[0][rows], fresh[1][rows]

    every = torch.arange(FAKE)
    return {
        "noise": [look(extractor, noisy(images, level)) for level in NOISE],
        "blur": [look(extractor, blurred(images, level)) for level in BLUR],
        "missing classes": [chosen((labels >= level).nonzero()[:FAKE, 0]) for level in MISSING],
        "repeated images": [chosen(every % level) for level in DISTINCT],
        "copied images": [
            joined(chosen(every[level:]), picked(real, torch.randperm(REAL, generator=dice)[:level]))
            for level in COPIES
        ],
    }


def picked(seen: Seen, rows: Tensor) -> Seen:
    return seen[0][rows], seen[1][rows]


def joined(one: Seen, other: Seen) -> Seen:
    return torch.cat([one[0], other[0]]), torch.cat([one[1], other[1]])


def noisy(images: Tensor, deviation: float) -> Tensor:
    dice = torch.Generator().manual_seed(2)
    return (images + deviation * torch.randn(images.shape, generator=dice)).round().clamp(0, 255).to(torch.uint8)


def blurred(images: Tensor, deviation: float) -> Tensor:
    if not deviation:
        return images
    return gaussian_blur(images.float(), 2 * round(3 * deviation) + 1, deviation).round().clamp(0, 255).to(torch.uint8)


def scores(fake: Seen, real: Seen, held: Seen) -> dict[str, float]:
    """Every metric of one set of samples."""
    found = manifold(real[0], fake[0])
    return {
        "fd": frechet_of(fake[0], real[0]),
        "kd": float(kid(fake[0], real[0]).mean()),
        "precision": found.precision,
        "density": found.density,
        "recall": found.recall,
        "coverage": found.coverage,
        "authpct": 100 * float(authentic(fake[0], real[0]).double().mean()),
        "c_t": data_copying(fake[0], held[0], real[0]),
        "is": float(inception_score(fake[1]).mean()),
    }


def mistakes(curves: Curves) -> list[str]:
    """What did not move as it should."""
    found = []
    for name, wanted in EXPECTED.items():
        for metric, sign in wanted.items():
            first, *_, last = curves[name][metric]
            right = abs(last - first) <= 0.1 * abs(first) if not sign else sign * (last - first) > 0.05 * abs(first)
            if not right:
                found.append(f"{name}: {metric} went from {first:.4g} to {last:.4g}")
    return found


def examples(source: PackSource, pool: list[int], real: list[int]) -> dict[str, list[Tensor]]:
    """A few images (n, 3, 64, 64) of each way at each level, for the picture."""
    images, labels = source.images(pool), source.labels(pool)
    show: dict[str, Callable[[int], Tensor]] = {
        "noise": lambda i: noisy(images[:4], NOISE[i]),
        "blur": lambda i: blurred(images[:4], BLUR[i]),
        "missing classes": lambda i: images[(labels >= MISSING[i]).nonzero()[:4, 0]],
        "repeated images": lambda i: images[torch.arange(4) % min(4, DISTINCT[i])],
        "copied images": lambda i: torch.cat([images[: 4 - i], source.images(real[:i])]),
    }
    return {name: [make(level) for level in range(5)] for name, make in show.items()}


def write(curves: Curves, extractor: FrozenNetwork, shown: dict[str, list[Tensor]], seconds: float) -> None:
    """The picture, and the numbers."""
    picture(curves, EXPECTED, shown).save(HERE.parent / "docs" / "pictures" / "sanity.png", optimize=True)
    facts = {
        "features": extractor.name,
        "weights": extractor.weights,
        "resize": extractor.resize,
        "machine": f"{platform.machine()}, torch {torch.__version__}",
        "seconds": round(seconds),
        "levels": {"noise": NOISE, "blur": BLUR, "missing": MISSING, "distinct": DISTINCT, "copies": COPIES},
        "curves": {n: {m: [float(f"{v:.4g}") for v in row] for m, row in one.items()} for n, one in curves.items()},
    }
    (HERE / "results" / "sanity.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
