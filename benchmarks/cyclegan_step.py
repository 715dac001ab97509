"""How fast a training step of CycleGAN is, against the authors' step written plainly; run it on a quiet machine.

    python benchmarks/cyclegan_step.py [--size 128] [--cycles 5]
    python benchmarks/cyclegan_step.py --seconds processor    # a machine with busy neighbours: one thread

Both sides have the same networks (six residual blocks, 128 pixels, published widths), weights, batch of one, losses,
pools of 50 past fakes and optimisers, and train in fp32 on noise held in memory. Ours is the engine with the recipe
`cyclegan`; the peer's step does what the authors' code does, in its order: both translators forward and back, identity
terms, one update of both, then a backward pass for each critic and one update of both critics.
The two sides alternate step by step, A B B A; a ratio is that of one cycle of four steps of each, and the median over
cycles is quoted with the matrix-multiplication speed of the same moment.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn

from sparring.play.engine import Engine
from sparring.play.game import Batch
from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.settings import assign

RESULTS, STEPS = Path(__file__).parent / "results" / "cyclegan_step.json", 4
Run = Callable[[], object]


class Images:
    """Batches of noise, held in memory: this measures training, not the data."""

    roles, size = frozenset({"image", "source"}), 1

    def __init__(self, side: int) -> None:
        self.images = torch.rand(8, 1, 3, side, side) * 2 - 1

    def batch(self, index: int) -> Batch:
        return Batch(image=self.images[index % 8], source=self.images[(index + 1) % 8])


def ours(side: int) -> tuple[Run, Engine]:
    facts = Facts((3, side, side), source=3)
    recipe = assign(RECIPES["cyclegan"].make(facts), ["train.images=1000000"])
    engine = Engine(assemble(recipe, facts.shape, 0), Images(side))
    return lambda: engine.run(1), engine


class Residual(nn.Module):
    """Two convolutions around which the maps are led."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = (nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels))
        other = (nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels))
        self.inside = nn.Sequential(*half, nn.ReLU(True), *other)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inside(x)


def translator() -> nn.Module:
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, 64, 7), nn.InstanceNorm2d(64), nn.ReLU(True)]
    for width in (64, 128):
        layers += [nn.Conv2d(width, 2 * width, 3, 2, 1), nn.InstanceNorm2d(2 * width), nn.ReLU(True)]
    layers += [Residual(256) for _ in range(6)]
    for width in (256, 128):
        layers += [nn.ConvTranspose2d(width, width // 2, 3, 2, 1, 1), nn.InstanceNorm2d(width // 2), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(64, 3, 7), nn.Tanh())


def discriminator() -> nn.Module:
    layers = [nn.Conv2d(3, 64, 4, 2, 1), nn.LeakyReLU(0.2, True)]
    for width, stride in ((64, 2), (128, 2), (256, 1)):
        layers += [nn.Conv2d(width, 2 * width, 4, stride, 1), nn.InstanceNorm2d(2 * width), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 1))


class Pool:
    """Fifty past fakes, one of which is shown instead of a new one every second time."""

    def __init__(self) -> None:
        self.held = list[Tensor]()

    def __call__(self, fake: Tensor) -> Tensor:
        if len(self.held) < 50:
            self.held.append(fake)
            return fake
        if random.random() < 0.5:
            return fake
        place = random.randrange(50)
        shown, self.held[place] = self.held[place], fake
        return shown


class Peer:
    """The authors' step: everything as their code has it, one call after the other."""

    def __init__(self, side: int, engine: Engine) -> None:
        self.there, self.back = translator(), translator()
        self.judge, self.judge_back = discriminator(), discriminator()
        roles = ("generator", "inverse", "critic", "critic_inverse")
        for mine, role in zip((self.there, self.back, self.judge, self.judge_back), roles, strict=True):
            theirs = engine.game.get_submodule(role).parameters()
            for parameter, known in zip(mine.parameters(), theirs, strict=True):
                parameter.data.copy_(known)
        betas = {"lr": 2e-4, "betas": (0.5, 0.999)}
        self.learn = torch.optim.Adam(chain(self.there.parameters(), self.back.parameters()), **betas)
        self.learn_judges = torch.optim.Adam(chain(self.judge.parameters(), self.judge_back.parameters()), **betas)
        self.pool, self.pool_back, self.feed, self.drawn = Pool(), Pool(), Images(side), 0
        self.square, self.absolute = nn.MSELoss(), nn.L1Loss()

    def told(self, logits: Tensor, real: bool) -> Tensor:
        return self.square(logits, torch.tensor(1.0 if real else 0.0).expand_as(logits))

    def run(self) -> None:
        batch = self.feed.batch(self.drawn)
        self.drawn += 1
        a, b = batch.source, batch.image
        fake_b, fake_a = self.there(a), self.back(b)
        again_a, again_b = self.back(fake_b), self.there(fake_a)
        self.judge.requires_grad_(False)
        self.judge_back.requires_grad_(False)
        self.learn.zero_grad()
        same = self.absolute(self.there(b), b) * 10 * 0.5 + self.absolute(self.back(a), a) * 10 * 0.5
        fooled = self.told(self.judge(fake_b), True) + self.told(self.judge_back(fake_a), True)
        cycle = self.absolute(again_a, a) * 10 + self.absolute(again_b, b) * 10
        (fooled + cycle + same).backward()
        self.learn.step()
        self.judge.requires_grad_(True)
        self.judge_back.requires_grad_(True)
        self.learn_judges.zero_grad()
        for judge, real, fake in (
            (self.judge, b, self.pool(fake_b.detach())),
            (self.judge_back, a, self.pool_back(fake_a.detach())),
        ):
            ((self.told(judge(real), True) + self.told(judge(fake), False)) * 0.5).backward()
        self.learn_judges.step()


def alike(engine: Engine, peer: Peer, side: int) -> float:
    """The largest difference of a translation between the two sides, before training."""
    x = Images(side).images[0]
    with torch.no_grad():
        return float((engine.game.generator(x) - peer.there(x)).abs().max())


def multiplications() -> float:
    """GFLOP/s of a square matrix product, now."""
    a = torch.rand(1024, 1024)
    start = time.perf_counter()
    for _ in range(8):
        a @ a
    return 8 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


def measure(options: argparse.Namespace) -> dict[str, object]:
    now = time.process_time if options.seconds == "processor" else time.perf_counter
    mine, engine = ours(options.size)
    peer = Peer(options.size, engine)
    difference = alike(engine, peer, options.size)
    sides: dict[str, Run] = {"ours": mine, "peer": peer.run}
    for run in sides.values():
        run()
    names, cycles, speed = ["ours", "peer"], list[dict[str, float]](), list[float]()
    for _ in range(options.cycles):
        total = dict.fromkeys(names, 0.0)
        for _ in range(STEPS):
            for name in names:
                start = now()
                sides[name]()
                total[name] += now() - start
            names.reverse()
        cycles.append(total)
        speed.append(multiplications())
        print({name: round(seconds / STEPS, 3) for name, seconds in total.items()}, flush=True)
    ratios = [cycle["peer"] / cycle["ours"] for cycle in cycles]
    return {
        "size": options.size,
        "times_peer": round(statistics.median(ratios), 3),
        "cycles": [round(ratio, 3) for ratio in ratios],
        "seconds_per_step": {n: round(statistics.median(c[n] for c in cycles) / STEPS, 3) for n in sorted(names)},
        "largest_difference_before_training": difference,
        "gemm_gflops": round(statistics.median(speed)),
        "clock": f"{torch.get_num_threads()} threads, {options.seconds}",
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=128, help="pixels, a multiple of 4 below 256")
    parser.add_argument("--cycles", type=int, default=5, help="of four steps of each side")
    parser.add_argument("--seconds", choices=("clock", "processor"), default="clock", help="which ones are measured")
    parser.add_argument("--dry", action="store_true", help="write no results")
    options = parser.parse_args()
    if options.seconds == "processor":
        torch.set_num_threads(1)
    result = measure(options)
    print(result)
    if not options.dry:
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
