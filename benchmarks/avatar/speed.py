"""What one call of `sparring avatar` takes, from the start of Python to the end: seconds and memory.

    pip install scikit-image
    python -m benchmarks.avatar.speed [--threads 2] [--out benchmarks/results/avatar_speed.json]

Each photo is the astronaut's head and shoulders at the size of a telephone's or a website's portrait; each call is a
process of its own. `seconds` is by the clock, `processor` of all threads together, `MiB` the most memory it held.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from importlib.metadata import distribution
from pathlib import Path

from PIL import Image

HEAD = (100, 0, 360, 260)
"""Of the astronaut's picture: left, top, right, bottom."""
CALLS: dict[str, tuple[tuple[int, int], list[str]]] = {
    "1024 pixels, avatar": ((1024, 1024), []),
    "1024 pixels, in place": ((1024, 1024), ["--mode", "in-place"]),
    "12 million pixels, avatar": ((3000, 4000), []),
    "12 million pixels, in place": ((3000, 4000), ["--mode", "in-place"]),
    "60 million pixels, avatar": ((7000, 8600), []),
    "60 million pixels, in place": ((7000, 8600), ["--mode", "in-place"]),
}


def portrait(size: tuple[int, int], folder: Path) -> Path:
    file = distribution("scikit-image").locate_file("skimage/data/astronaut.png")
    with Image.open(str(file)) as image:
        path = folder / f"{size[0]}x{size[1]}.jpg"
        image.convert("RGB").crop(HEAD).resize(size, Image.Resampling.BICUBIC).save(path, quality=92)
    return path


def call(photo: Path, options: list[str], out: Path, threads: int) -> dict[str, float]:
    """One process, from its start to its end."""
    command = [sys.executable, "-m", "sparring", "avatar", str(photo), "--out", str(out), "--json", *options]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    began = time.monotonic()
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    process = os.posix_spawn(sys.executable, command, environment, file_actions=quiet)
    _, status, used = os.wait4(process, 0)
    assert status == 0, f"{' '.join(command)} ended with {status}"
    seconds = time.monotonic() - began
    unit = 1 if sys.platform == "darwin" else 1024
    memory = used.ru_maxrss * unit / 2**20
    return {"seconds": round(seconds, 2), "processor": round(used.ru_utime + used.ru_stime, 2), "MiB": round(memory)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--out", type=Path)
    given = arguments.parse_args()
    results = {"threads": given.threads, "calls": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name, (size, options) in CALLS.items():
            if given.only in name:
                photo = portrait(size, Path(folder))
                results["calls"][name] = call(photo, options, Path(folder) / "out", given.threads)
                print(name, results["calls"][name], flush=True)
    if given.out:
        given.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
