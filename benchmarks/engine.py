"""How fast the engine trains DCGAN at 64x64, batch 64, against hand-written loops; run it on a quiet machine.

    python benchmarks/engine.py [--rounds 6] [--repeats 5] [--only NAME ...]

Peers, all with the same architecture, batch, optimiser settings and data, interleaved in one process (A B C ... C B A):
  example    the well-known PyTorch DCGAN example's way: sigmoid and BCELoss, the critic learns (and computes its
             gradients) in the generator's pass too, plain Adam, default memory format
  tricks     a hand-written loop with everything the engine does: fakes reused, critic frozen in the generator's
             pass, channels_last, fused Adam. What the engine costs on top of it is its overhead
  measured   the engine in the precision it chooses for this device by measuring (`--precision auto`)
  compiled   the engine with torch.compile
Ratios are medians over repeats; the matrix-multiplication speed of the same moment is printed, since machines are
shared. The peak memory of each loop is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from sparring.games.casting import Cast
from sparring.games.synthesis import Synthesis, SynthesisSettings
from sparring.networks.dcgan import DcganCritic, DcganGenerator
from sparring.networks.network import Shape
from sparring.play.engine import Engine
from sparring.play.game import Batch
from sparring.play.machine import Machine, Precision, choose_precision
from sparring.play.optim import Optim
from sparring.play.referee import Rules

BATCH, LATENT, RESULTS = 64, 100, Path(__file__).parent / "results" / "engine.json"
SHAPE = Shape((3, 64, 64), LATENT)


class Images:
    """Batches of noise, held in memory: this measures the loop, not the data."""

    roles = frozenset({"image"})
    size = BATCH

    def __init__(self) -> None:
        self.images = torch.rand(4, BATCH, 3, 64, 64) * 2 - 1

    def batch(self, index: int) -> Batch:
        return Batch(image=self.images[index % 4])


def networks() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    return DcganGenerator().build(SHAPE), DcganCritic().build(SHAPE)


def engine(compile: bool = False, precision: Precision = "fp32") -> Callable[[int], None]:
    generator, critic = networks()
    optims = {"generator": Optim(), "critic": Optim()}
    cast = Cast({"generator": generator, "critic": critic}, optims, Rules(), None, rounds=10**9)
    game = Synthesis(SynthesisSettings(latent=LATENT), cast)
    playing = Engine(game, Images(), machine=Machine(precision=precision), compile=compile)
    return playing.run


def example() -> Callable[[int], None]:
    generator, critic = networks()
    feed, loss = Images(), nn.BCELoss()
    learn_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    learn_d = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999))
    count = 0

    def judge(images: Tensor) -> Tensor:
        return critic(images).logits[0].flatten().sigmoid()

    def run(rounds: int) -> None:
        nonlocal count
        for _ in range(rounds):
            real, count = feed.batch(count).image, count + 1
            ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)
            critic.zero_grad()
            on_real = loss(judge(real), ones)
            on_real.backward()
            fake = generator(torch.randn(BATCH, LATENT))
            on_fake = loss(judge(fake.detach()), zeros)
            on_fake.backward()
            learn_d.step()
            generator.zero_grad()
            fooled = loss(judge(fake), ones)
            fooled.backward()
            learn_g.step()
            on_real.item(), on_fake.item(), fooled.item()

    return run


def tricks() -> Callable[[int], None]:
    generator, critic = (network.to(memory_format=torch.channels_last) for network in networks())
    feed, count = Images(), 0
    learn_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=True)
    learn_d = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=True)
    softplus = nn.functional.softplus

    def run(rounds: int) -> None:
        nonlocal count
        for _ in range(rounds):
            real, count = feed.batch(count).image, count + 1
            fake = generator(torch.randn(BATCH, LATENT))
            on_real, on_fake = critic(real).logits[0], critic(fake.detach()).logits[0]
            learn_d.zero_grad()
            (softplus(-on_real).mean() + softplus(on_fake).mean()).backward()
            learn_d.step()
            critic.requires_grad_(False)
            learn_g.zero_grad()
            softplus(-critic(fake).logits[0]).mean().backward()
            learn_g.step()
            critic.requires_grad_(True)

    return run


LOOPS: dict[str, Callable[[], Callable[[int], None]]] = {
    "example": example,
    "tricks": tricks,
    "engine": engine,
    "measured": lambda: engine(precision=choose_precision(torch.device("cpu"))),
    "compiled": lambda: engine(compile=True),
}


def multiplications() -> float:
    """GFLOP/s of a square matrix product, now."""
    a = torch.rand(1024, 1024)
    start = time.perf_counter()
    for _ in range(8):
        a @ a
    return 8 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


def seconds(run: Callable[[int], None], rounds: int) -> float:
    start = time.perf_counter()
    run(rounds)
    return (time.perf_counter() - start) / rounds


def high_water() -> int:
    """MiB of resident memory this process has needed at most. (`ru_maxrss` would count the parent's as well.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024


def peak(name: str) -> int:
    """MiB that a process of its own needs for three rounds."""
    answer = subprocess.run([sys.executable, __file__, "--peak", name], capture_output=True, text=True, check=True)
    return int(answer.stdout)


def measure(names: list[str], rounds: int, repeats: int) -> dict[str, object]:
    loops = {name: LOOPS[name]() for name in names}
    for run in loops.values():
        run(2)
    times: dict[str, list[float]] = {name: [] for name in names}
    speed = []
    for _ in range(repeats):
        for name in [*names, *reversed(names)]:
            times[name].append(seconds(loops[name], rounds))
        speed.append(multiplications())
    rows = {}
    for name in names:
        ratios = {
            f"times_{peer}": round(statistics.median(p / t for p, t in zip(times[peer], times[name], strict=True)), 3)
            for peer in ("example", "tricks")
            if peer in names
        }
        rate = BATCH / statistics.median(times[name])
        rows[name] = {"images_per_second": round(rate, 1), **ratios, "peak_mib": peak(name)}
    return {
        "what": "DCGAN 64x64, batch 64, one critic and one generator update per round",
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "processor": platform.processor() or platform.machine(),
        "gemm_gflops": round(statistics.median(speed)),
        "precision_measured": choose_precision(torch.device("cpu")),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "rounds": rounds,
        "repeats": 2 * repeats,
        "loops": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(LOOPS), default=["example", "tricks", "engine", "measured"])
    parser.add_argument("--peak", choices=list(LOOPS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        LOOPS[options.peak]()(3)
        print(high_water())
        return
    result = measure(options.only, options.rounds, options.repeats)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    for name, row in result["loops"].items():  # type: ignore[attr-defined]
        print(f"{name:10}", *(f"{key} {value}" for key, value in row.items()))
    print({key: value for key, value in result.items() if key != "loops"})


if __name__ == "__main__":
    main()
