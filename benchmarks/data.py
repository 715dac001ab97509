"""How fast packed data becomes batches, against torchvision's ImageFolder and DataLoader; run it on a quiet machine.

    python benchmarks/data.py [--images 10000] [--repeats 4]

Both read the same PNGs of 64x64 pixels, which are made in a temporary folder, and give float32 batches of 64 in
[-1, 1] with random horizontal flips. They take turns, A B B A, in one process; the ratio is the median of the ratios
of neighbours. The packed feed runs longer, as it is quicker; each start of DataLoader's workers is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import Tensor
from torchvision import transforms

from sparring.data.open import open_source
from sparring.data.packed import PackSource
from sparring.data.settings import DataSettings

BATCH, SIDE, WORKERS = 64, 64, 2
RESULTS = Path(__file__).parent / "results" / "data.json"
Loader = Callable[[int], float]  # seconds it takes to give this many batches


def write_images(folder: Path, count: int) -> None:
    """PNGs that compress like pictures do: smooth colours with a little noise."""
    random = np.random.default_rng(0)
    (folder / "all").mkdir(parents=True)
    for number in range(count):
        smooth = Image.fromarray(random.integers(0, 256, (5, 5, 3), dtype=np.uint8)).resize((SIDE, SIDE))
        pixels = np.asarray(smooth, np.int16) + random.integers(-4, 5, (SIDE, SIDE, 3), dtype=np.int16)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / "all" / f"{number:05d}.png")


def packed(source: PackSource) -> Loader:
    feed, place = source.feed(BATCH, seed=0), 0

    def run(batches: int) -> float:
        nonlocal place
        start = time.perf_counter()
        for index in range(place, place + batches):
            check(feed.batch(index).image)
        place += batches
        return time.perf_counter() - start

    return run


def image_folder(folder: Path) -> Loader:
    steps = [transforms.RandomHorizontalFlip(), transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)]
    images = torchvision.datasets.ImageFolder(str(folder), transforms.Compose(steps))
    loader = torch.utils.data.DataLoader(
        images, BATCH, shuffle=True, num_workers=WORKERS, drop_last=True, persistent_workers=True
    )

    def endless() -> Iterator[Tensor]:
        while True:
            for image, _ in loader:
                yield image

    stream = endless()

    def run(batches: int) -> float:
        next(stream)  # the workers have started
        start = time.perf_counter()
        for _ in range(batches):
            check(next(stream))
        return time.perf_counter() - start

    return run


def check(image: Tensor) -> None:
    assert image.shape == (BATCH, 3, SIDE, SIDE)
    assert image.dtype == torch.float32


def measure(folder: Path, repeats: int) -> dict[str, object]:
    start = time.perf_counter()
    source = open_source(DataSettings(spec=str(folder), size=SIDE, validation=0.0))
    assert isinstance(source, PackSource)
    seconds_to_pack = time.perf_counter() - start
    start = time.perf_counter()
    open_source(DataSettings(spec=str(folder), size=SIDE, validation=0.0))
    seconds_to_open = time.perf_counter() - start

    batches = source.count // BATCH - 1
    ours, theirs = packed(source), image_folder(folder)
    ours(batches)
    speeds: dict[str, list[float]] = {"packed": [], "ImageFolder": []}
    for repeat in range(repeats):
        pair = [("packed", ours, 10 * batches), ("ImageFolder", theirs, batches)]
        for name, run, count in pair if repeat % 2 == 0 else pair[::-1]:
            speeds[name].append(count * BATCH / run(count))
    ratios = [a / b for a, b in zip(speeds["packed"], speeds["ImageFolder"], strict=True)]
    return {
        "images": source.count,
        "images_per_second": {name: round(statistics.median(values)) for name, values in speeds.items()},
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "seconds_to_pack": round(seconds_to_pack, 2),
        "seconds_to_open_packed": round(seconds_to_open, 3),
        "batch": BATCH,
        "side_pixels": SIDE,
        "workers": WORKERS,
        "threads": torch.get_num_threads(),
        "cpus": os.cpu_count(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "machine": platform.machine(),
        "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=4)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["SPARRING_CACHE"] = f"{place}/cache"
        write_images(Path(place) / "images", chosen.images)
        found = measure(Path(place) / "images", chosen.repeats)
    print(f"{'way':<42}{'images/s':>10}{'ratio':>8}")
    for name, speed in found["images_per_second"].items():
        shown = f"ImageFolder + DataLoader({WORKERS} workers)" if name == "ImageFolder" else "packed feed"
        print(f"{shown:<42}{speed:>10,}{found['ratio'] if name == 'packed' else 1.0:>8}")
    print(f"ratios of neighbours {found['ratios']}; packing took {found['seconds_to_pack']} s, once; ", end="")
    print(f"opening what is packed {found['seconds_to_open_packed']} s")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
