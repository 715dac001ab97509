"""How fast the part of metrics that comes after the features is, against the packages that people use.

    python benchmarks/metrics.py [--only frechet|prdc|kid] [--threads 1] [--repeats 2]

Needs the dev extra. Every measurement is a process of its own with seeded features, so that peak memory is its own;
ours and the peer's take turns, A B B A. With one thread the ratio is of the processor's seconds, which busy
neighbours change little; with more it is by the clock, on a quiet machine. Peak memory is what a process came to hold
beyond its features.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

RESULTS = Path(__file__).parent / "results" / "metrics.json"
DIMS = 2048
Features = tuple[np.ndarray, np.ndarray]
Values = dict[str, float]


@dataclass(frozen=True)
class Contest:
    """One calculation, done by us and by a package on the same features."""

    about: str
    bar: str
    peer: str
    count: int
    ours: Callable[[Features], Callable[[], Values]]
    theirs: Callable[[Features], Callable[[], Values]]
    """Each prepares what is given, and returns what is timed."""


def features(count: int) -> Features:
    """As a network gives them, float32: not negative, correlated, and with a generator a little off."""
    dice = np.random.default_rng(0)
    mixing = dice.standard_normal((DIMS, DIMS), np.float32) / DIMS**0.5
    real, fake = (np.maximum(dice.standard_normal((count, DIMS), np.float32) @ mixing, 0) for _ in range(2))
    return real, fake * np.float32(1.02)


def frechet_ours(sets: Features) -> Callable[[], Values]:
    from sparring.metrics.frechet import frechet
    from sparring.metrics.moments import moments_of

    a, b = (moments_of(torch.from_numpy(rows)) for rows in sets)
    return lambda: {"value": frechet(a, b)}


def few_ours(sets: Features) -> Callable[[], Values]:
    from sparring.metrics.frechet import frechet_of

    real, fake = (torch.from_numpy(rows) for rows in sets)
    return lambda: {"value": frechet_of(real, fake)}


def frechet_theirs(sets: Features) -> Callable[[], Values]:
    from pytorch_fid.fid_score import calculate_frechet_distance

    moments = [(rows.mean(0), np.cov(rows, rowvar=False)) for rows in (part.astype(np.float64) for part in sets)]
    (mean, covariance), (other, its) = moments
    return lambda: {"value": float(calculate_frechet_distance(mean, covariance, other, its))}


def prdc_ours(sets: Features) -> Callable[[], Values]:
    from sparring.metrics.manifold import manifold

    real, fake = (torch.from_numpy(rows) for rows in sets)

    def run() -> Values:
        found = manifold(real, fake, 5)
        return {name: getattr(found, name) for name in ("precision", "recall", "density", "coverage")}

    return run


def prdc_theirs(sets: Features) -> Callable[[], Values]:
    from prdc import compute_prdc

    return lambda: {name: float(value) for name, value in compute_prdc(*sets, 5).items()}


def kid_ours(sets: Features) -> Callable[[], Values]:
    from sparring.metrics.kernel import kid

    real, fake = (torch.from_numpy(rows) for rows in sets)
    return lambda: {"value": float(kid(real, fake, size=1000).mean())}


def kid_theirs(sets: Features) -> Callable[[], Values]:
    from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

    # In float64, as ours; the packages' own draws of subsets, so the values are near and not equal.
    real, fake = (torch.from_numpy(rows).double() for rows in sets)
    return lambda: {"value": kid_features_to_metric(real, fake, verbose=False, rng_seed=0)[KEY_METRIC_KID_MEAN]}


CONTESTS = {
    "frechet": Contest(
        "matrix part, full rank (3,000 samples)", ">= 10x", "pytorch-fid", 3000, frechet_ours, frechet_theirs
    ),
    "frechet-few": Contest(
        "rank-deficient (1,000 samples): ours from features", "", "pytorch-fid", 1000, few_ours, frechet_theirs
    ),
    "prdc": Contest("precision to coverage, 10,000 samples", ">= 2.5x", "prdc", 10_000, prdc_ours, prdc_theirs),
    "kid": Contest("kernel distance, 2,000 samples", "", "torch-fidelity", 2000, kid_ours, kid_theirs),
}


def measure(name: str, side: str, threads: int) -> dict[str, object]:
    """In a process of its own."""
    torch.set_num_threads(threads)
    warnings.simplefilter("ignore")
    contest = CONTESTS[name]
    run = (contest.ours if side == "ours" else contest.theirs)(features(contest.count))
    before = peak()
    clock, used = time.perf_counter(), time.process_time()
    values = run()
    clock, used = time.perf_counter() - clock, time.process_time() - used
    return {"values": values, "seconds": clock, "processor_seconds": used, "peak_mib": peak() - before}


def peak() -> float:
    """Most memory held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(name: str, side: str, threads: int) -> dict[str, object]:
    """From a new process, which is told how many threads it has before it loads anything."""
    environment = {**os.environ, **{f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL")}}
    command = [sys.executable, __file__, "--threads", str(threads), "--child", name, side]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def contested(name: str, threads: int, repeats: int) -> dict[str, object]:
    contest = CONTESTS[name]
    runs: dict[str, list[dict]] = {"ours": [], "theirs": []}
    for repeat in range(repeats):
        for side in ("ours", "theirs") if repeat % 2 == 0 else ("theirs", "ours"):
            runs[side].append(measured(name, side, threads))
    unit = "processor_seconds" if threads == 1 else "seconds"
    pairs = zip(runs["ours"], runs["theirs"], strict=True)
    ratios = [theirs[unit] / ours[unit] for ours, theirs in pairs]
    ours, theirs = runs["ours"][0]["values"], runs["theirs"][0]["values"]
    return {
        "about": contest.about,
        "bar": contest.bar,
        "peer": f"{contest.peer} {version(contest.peer.replace('-', '_'))}",
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "of": unit,
        "seconds": {side: round(statistics.median(run[unit] for run in found), 2) for side, found in runs.items()},
        "peak_mib": {side: round(max(run["peak_mib"] for run in found)) for side, found in runs.items()},
        "values": {"ours": ours, "theirs": theirs},
        "relative_difference": max(abs(ours[key] - theirs[key]) / abs(theirs[key]) for key in ours),
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(CONTESTS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(measure(*chosen.child, chosen.threads)))
        return
    found = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    for name in [chosen.only] if chosen.only else CONTESTS:
        result = contested(name, chosen.threads, chosen.repeats)
        print(f"{name:<12} {result['ratio']:>6}x {result['seconds']} {result['peak_mib']} {result['ratios']}")
        found[f"{name}, threads {chosen.threads}"] = result
    found["machine"] = {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy", "scikit-learn")},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
