"""Seconds from the command to the first round, for `sparring train` on a folder of 10,000 images, and for `--help`.

    python benchmarks/start.py [--images 10000] [--repeats 3]

The folder of 64x64 PNGs is made and packed first, so the cache is warm; each start is a process of its own. The
first round is over when the run's journal has its first line of readings.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from data import write_images

RESULTS = Path(__file__).parent / "results" / "start.json"
SPARRING = [sys.executable, "-m", "sparring"]


def first_round(folder: Path, out: Path, environment: dict[str, str]) -> float:
    """Seconds until the journal of a fresh run speaks of its first round."""
    command = [*SPARRING, "train", "--data", str(folder), "--out", str(out), "--images", "2000000"]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    journal = out / "journal.jsonl"
    try:
        while not (journal.exists() and '"kind": "round"' in journal.read_text()):
            if process.poll() is not None:
                assert process.stderr is not None
                raise SystemExit(f"the run ended early: {process.stderr.read()}")
            time.sleep(0.02)
        return time.perf_counter() - start
    finally:
        process.kill()
        process.wait()


def help_seconds(environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([*SPARRING, "--help"], env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        environment = {**os.environ, "SPARRING_CACHE": str(place / "cache")}
        write_images(place / "images", options.images)
        packing = [*SPARRING, "data", "pack", str(place / "images")]
        subprocess.run(packing, env=environment, check=True, capture_output=True)
        starts = [
            first_round(place / "images", place / f"run-{number}", environment) for number in range(options.repeats)
        ]
        helps = [help_seconds(environment) for _ in range(options.repeats)]
    result = {
        "images": options.images,
        "seconds_to_first_round": round(statistics.median(starts), 2),
        "all_starts": [round(seconds, 2) for seconds in starts],
        "seconds_of_help": round(statistics.median(helps), 3),
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
