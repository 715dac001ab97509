"""How fast published networks train, against other people's code of the same networks; run it on a quiet machine.

    python benchmarks/networks.py --stylegan2 CHECKOUT --mimicry CHECKOUT [--only NAME ...] [--cycles 3]

The checkouts are those of NVlabs/stylegan2-ada-pytorch and kwotsin/mimicry; none of their code is here. Both sides
have the same architecture, batch, optimisers and numbers of updates, train in fp32 on noise held in memory, and play
through their own training step: ours the engine and the game `synthesis`, theirs as their trainers do it.
  stylegan2  64x64, width 64 at full size and at most 512, mapping of 2 layers, batch 16, the official schedule:
             both steps, averaged generator, style mixing, path length every 4th and R1 every 16th round. The peer
             runs the operations it has for a CPU, its reference path. A cycle is 16 rounds
  sngan      32x32, published widths (256 and 128), batch 16, five critic updates and one of the generator a round
  nearest    the same, with our generator doubling by nearest neighbours as SNGAN's paper has it; the peer is bilinear
  wgan-gp    the same networks without spectral norm, penalty in every critic update on both sides
  lazy       the same with our penalty every 4th round (`rules.lazy=4`: one for 20 critic updates, weighted by 20).
             A cycle is 4 rounds
The two sides alternate round by round, A B B A; a ratio is that of one cycle, and the median over cycles is quoted with
the matrix-multiplication speed of the same moment. `--busy` is for a machine with busy neighbours: one thread, and
seconds of the processor instead of the clock's. Modules that the peers import but do not need for a training step
(requests; scikit-image, the metrics and data sets of mimicry) are replaced by empty ones where they are absent.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import json
import os
import platform
import statistics
import sys
import time
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from sparring.games.casting import Cast
from sparring.games.synthesis import Synthesis, SynthesisSettings
from sparring.networks.network import Network, Shape
from sparring.networks.resnet import ResnetCritic, ResnetGenerator
from sparring.networks.stylegan2 import Stylegan2Critic, Stylegan2Generator
from sparring.play.engine import Engine
from sparring.play.game import Batch
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.techniques.settings import Techniques
from sparring.techniques.spectral import spectral_norm_

STYLE_BATCH, RESIDUAL_BATCH = 16, 16
RESULTS = Path(__file__).parent / "results" / "networks.json"
Run = Callable[[], object]  # one round


class Images:
    """Batches of noise, held in memory: this measures training, not the data."""

    roles = frozenset({"image"})

    def __init__(self, size: int, side: int) -> None:
        self.size, self.images = size, torch.rand(4, size, 3, side, side) * 2 - 1

    def batch(self, index: int) -> Batch:
        return Batch(image=self.images[index % 4])


def ours(
    networks: tuple[Network, Network],
    feed: Images,
    game: SynthesisSettings,
    rules: Rules,
    optims: tuple[Optim, Optim],
    normalise: bool = False,
    average: Average | None = None,
    techniques: Techniques = Techniques(),  # noqa: B008 - frozen
) -> Run:
    torch.manual_seed(0)
    shape = Shape((3, feed.images.shape[-1], feed.images.shape[-1]), game.latent)
    generator, critic = (network.build(shape) for network in networks)
    players = {"generator": generator, "critic": spectral_norm_(critic) if normalise else critic}
    named = {"generator": optims[0], "critic": optims[1]}
    cast = Cast(players, named, rules, average, rounds=10**9, techniques=techniques, image=shape.image, batch=feed.size)
    playing = Engine(Synthesis(game, cast), feed)
    return lambda: playing.run(1)


def residual(rules: Rules, upsample: str = "bilinear", normalise: bool = False) -> Run:
    """The networks of torch-mimicry; its in-place ReLU lets shortcuts read rectified maps."""
    networks = ResnetGenerator(width=256, upsample=upsample), ResnetCritic(width=128, shortcut="rectified")  # type: ignore[arg-type]
    optim = Optim(lr=2e-4, beta1=0.0, beta2=0.9)
    game = SynthesisSettings(latent=128, critic_steps=5)
    return ours(networks, Images(RESIDUAL_BATCH, 32), game, rules, (optim, optim), normalise)


def lazily(every: int) -> tuple[float, float, float]:
    """Learning rate and betas of an optimiser that also makes a rarer update for a penalty, as published."""
    share = every / (every + 1)
    return 0.0025 * share, 0.0, 0.99**share


def stylegan2() -> Run:
    networks = (
        Stylegan2Generator(width=64, mapping_depth=2, clamp=256),
        Stylegan2Critic(width=64, clamp=256),
    )
    optims = Optim("adam", *lazily(4)), Optim("adam", *lazily(16))
    rules = Rules("nonsaturating", r1=0.05, lazy=16)
    techniques = Techniques(path_length=2, style_mixing=0.9)
    game, feed = SynthesisSettings(latent=512), Images(STYLE_BATCH, 64)
    return ours(networks, feed, game, rules, optims, average=Average(5_000, ramp=0), techniques=techniques)


def import_peer(checkout: Path, name: str, *absent: str) -> types.ModuleType:
    """A module of a checkout, with empty modules in the place of those that cannot be imported and are not needed."""
    sys.path.insert(0, str(checkout))
    for missing in absent:
        try:
            importlib.import_module(missing)
        except ImportError:
            stub = types.ModuleType(missing)
            stub.__dict__["io"] = stub.__dict__["imagenet"] = None
            sys.modules[missing] = stub
    return importlib.import_module(name)


def mimicry(checkout: Path, family: str, networks: str) -> Run:
    """One step of torch-mimicry's trainer, without its printing and saving."""
    sys.modules["torch_mimicry.metrics"] = types.ModuleType("torch_mimicry.metrics")
    sys.modules["torch_mimicry.datasets"] = types.ModuleType("torch_mimicry.datasets")
    nets = import_peer(checkout, f"torch_mimicry.nets.{family}", "skimage")
    metric_log = importlib.import_module("torch_mimicry.training.metric_log")
    torch.manual_seed(0)
    generator, critic = (getattr(nets, f"{networks}{role}32")() for role in ("Generator", "Discriminator"))
    optims = [torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.0, 0.9)) for net in (generator, critic)]
    feed, drawn, device = Images(RESIDUAL_BATCH, 32), 0, torch.device("cpu")

    def run() -> None:
        nonlocal drawn
        log, real = metric_log.MetricLog(), None
        for _ in range(5):
            drawn += 1
            real = (feed.batch(drawn).image, None)
            critic.train_step(real_batch=real, netG=generator, optD=optims[1], log_data=log, device=device)
        generator.train_step(real_batch=real, netD=critic, optG=optims[0], log_data=log, device=device)

    return run


def official(checkout: Path) -> Run:
    """What the official StyleGAN2's training loop does in a round, with the losses of its own."""
    networks = import_peer(checkout, "training.networks", "requests")
    loss = importlib.import_module("training.loss")
    torch.manual_seed(0)
    sizes = {"channel_base": 64 * 64, "channel_max": 512, "conv_clamp": 256}
    image = {"img_resolution": 64, "img_channels": 3, "c_dim": 0}
    generator = networks.Generator(
        z_dim=512, w_dim=512, mapping_kwargs={"num_layers": 2}, synthesis_kwargs=sizes, **image
    )
    critic = networks.Discriminator(epilogue_kwargs={"mbstd_group_size": 4}, **image, **sizes)
    averaged = copy.deepcopy(generator).eval()
    learn_g, learn_d = (
        torch.optim.Adam(module.parameters(), lr=lr, betas=(beta1, beta2), eps=1e-8)
        for module, (lr, beta1, beta2) in ((generator, lazily(4)), (critic, lazily(16)))
    )
    losses = loss.StyleGAN2Loss(torch.device("cpu"), generator.mapping, generator.synthesis, critic, r1_gamma=0.05)
    batch, feed, drawn = STYLE_BATCH, Images(STYLE_BATCH, 64), 0
    no_label = torch.zeros(batch, 0)
    mine, theirs = (generator, learn_g), (critic, learn_d)
    phases = (("Gmain", *mine, 1), ("Greg", *mine, 4), ("Dmain", *theirs, 1), ("Dreg", *theirs, 16))
    generator.requires_grad_(False)
    critic.requires_grad_(False)

    def run() -> None:
        nonlocal drawn
        real = feed.batch(drawn).image
        for phase, module, optimiser, interval in phases:
            if drawn % interval == 0:
                optimiser.zero_grad(set_to_none=True)
                module.requires_grad_(True)
                losses.accumulate_gradients(phase, real, no_label, torch.randn(batch, 512), no_label, True, interval)
                module.requires_grad_(False)
                for parameter in module.parameters():
                    if parameter.grad is not None:
                        torch.nan_to_num(parameter.grad, nan=0, posinf=1e5, neginf=-1e5, out=parameter.grad)
                optimiser.step()
        trail(averaged, generator, 0.5 ** (batch / 5_000))
        drawn += 1

    return run


@torch.no_grad()
def trail(averaged: nn.Module, newest: nn.Module, keep: float) -> None:
    """The averaged generator follows, one tensor at a time as the official loop does it."""
    for old, new in zip(averaged.parameters(), newest.parameters(), strict=True):
        old.copy_(new.lerp(old, keep))
    for old, new in zip(averaged.buffers(), newest.buffers(), strict=True):
        old.copy_(new)


@dataclass(frozen=True)
class Case:
    """One comparison: `rounds` make a cycle, `images` real ones are drawn in a round."""

    ours: Callable[[], Run]
    peer: Callable[[argparse.Namespace], Run]
    rounds: int
    images: int


def sngan(options: argparse.Namespace) -> Run:
    return mimicry(options.mimicry, "sngan", "SNGAN")


def wgan_gp(options: argparse.Namespace) -> Run:
    return mimicry(options.mimicry, "wgan_gp", "WGANGP")


CASES = {
    "stylegan2": Case(stylegan2, lambda options: official(options.stylegan2), 16, STYLE_BATCH),
    "sngan": Case(lambda: residual(Rules("hinge"), normalise=True), sngan, 1, 5 * RESIDUAL_BATCH),
    "nearest": Case(lambda: residual(Rules("hinge"), "nearest", normalise=True), sngan, 1, 5 * RESIDUAL_BATCH),
    "wgan-gp": Case(lambda: residual(Rules("wasserstein", gp=10)), wgan_gp, 1, 5 * RESIDUAL_BATCH),
    "lazy": Case(lambda: residual(Rules("wasserstein", gp=10, lazy=4)), wgan_gp, 4, 5 * RESIDUAL_BATCH),
}


def multiplications() -> float:
    """GFLOP/s of a square matrix product, now."""
    a: Tensor = torch.rand(1024, 1024)
    start = time.perf_counter()
    for _ in range(8):
        a @ a
    return 8 * 2 * 1024**3 / (time.perf_counter() - start) / 1e9


def seconds(run: Run, busy: bool) -> float:
    now = time.process_time if busy else time.perf_counter
    start = now()
    run()
    return now() - start


def measure(case: Case, options: argparse.Namespace) -> dict[str, object]:
    sides = {"ours": case.ours(), "peer": case.peer(options)}
    for run in sides.values():
        run()
    names, cycles, speed = ["ours", "peer"], list[dict[str, float]](), list[float]()
    for _ in range(options.cycles):
        total = dict.fromkeys(names, 0.0)
        for _ in range(case.rounds):
            for name in names:
                total[name] += seconds(sides[name], options.busy)
            names.reverse()
        cycles.append(total)
        speed.append(multiplications())
    ratios = [cycle["peer"] / cycle["ours"] for cycle in cycles]
    rates = {n: statistics.median(case.rounds * case.images / cycle[n] for cycle in cycles) for n in sorted(names)}
    return {
        "times_peer": round(statistics.median(ratios), 3),
        "cycles": [round(ratio, 3) for ratio in ratios],
        "images_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "gemm_gflops": round(statistics.median(speed)),
        "clock": "one thread, processor time" if options.busy else f"{torch.get_num_threads()} threads, wall clock",
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stylegan2", type=Path, help="checkout of NVlabs/stylegan2-ada-pytorch")
    parser.add_argument("--mimicry", type=Path, help="checkout of kwotsin/mimicry")
    parser.add_argument("--cycles", type=int, default=3)
    parser.add_argument("--busy", action="store_true", help="one thread, processor time")
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES))
    options = parser.parse_args()
    if options.busy:
        torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # the peers' own
    result = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"cases": {}}
    result |= {"torch": torch.__version__, "processor": platform.processor() or platform.machine()}
    for name in options.only:
        result["cases"][name] = row = measure(CASES[name], options)
        print(name, row, flush=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
