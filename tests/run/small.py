"""A small run that takes a second: pictures or points that need no files, and a recipe for them."""

from __future__ import annotations

import dataclasses
import itertools
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import torch

from sparring.data.settings import DataSettings
from sparring.games.synthesis import SynthesisSettings
from sparring.networks import NETWORKS
from sparring.play.game import Batch
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.recipes.recipe import Recipe, TrainSettings, WatchSettings
from sparring.run import session
from sparring.run.session import Session


@dataclasses.dataclass
class Blobs:
    """Bright squares on dark ground, small ones (label 0) and large ones (label 1); or points on a ring."""

    shape: tuple[int, ...] = (1, 16, 16)
    classes: tuple[str, ...] = ()
    name: str = "blobs"
    count: int | None = None
    fingerprint: str = "blobs-1"

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> BlobFeed:
        return BlobFeed(self, batch, seed, rank, world)

    def facts(self) -> dict[str, object]:
        return {"name": self.name, "licence": "CC0 1.0", "credit": "nobody"}


class BlobFeed:
    def __init__(self, source: Blobs, size: int, seed: int, rank: int, world: int):
        self.source, self.size, self.seed, self.rank, self.world = source, size, seed, rank, world
        self.roles = frozenset({"image", "label"} if source.classes else {"image"})

    def batch(self, index: int) -> Batch:
        dice = torch.Generator().manual_seed(self.seed * 1_000_003 + index)
        part = self.size // self.world
        mine = slice(self.rank * part, (self.rank + 1) * part)
        if len(self.source.shape) == 1:
            angle = torch.randint(8, (self.size,), generator=dice) * (torch.pi / 4)
            points = torch.stack([angle.cos(), angle.sin()], 1)
            return Batch(image=(points + 0.02 * torch.randn(self.size, 2, generator=dice))[mine])
        label = torch.randint(2, (self.size,), generator=dice)
        places = torch.randint(6, (self.size, 2), generator=dice)
        image = torch.full((self.size, *self.source.shape), -0.9)
        for i, (y, x) in enumerate(places.tolist()):
            side = 4 + 4 * int(label[i])
            image[i, :, y : y + side, x : x + side] = 0.9
        return Batch(image=image[mine], label=label[mine]) if self.source.classes else Batch(image=image[mine])


def recipe(rounds: int = 40, *, dcgan: bool = False, batch: int = 8, **watch: object) -> Recipe:
    """Some ten thousand weights; batch norm, averaging and a lazy penalty included."""
    kind, options = ("dcgan", {"width": 4}) if dcgan else ("mlp", {"widths": (32, 32)})
    return Recipe(
        name="small",
        networks={role: NETWORKS[f"{kind}-{role}"](**options) for role in ("generator", "critic")},
        game=SynthesisSettings(latent=8),
        rules=Rules("nonsaturating", r1=0.1, lazy=4),
        optims={"generator": Optim(lr=1e-3), "critic": Optim(lr=1e-3, schedule="cosine")},
        average=Average(half_life_images=100.0),
        data=DataSettings(spec="blobs"),
        train=TrainSettings(images=batch * rounds, batch=batch, seed=3, device="cpu", precision="fp32"),
        watch=WatchSettings(**{"grids": 3, "grid": 4, "tensorboard": False, **watch}),
    )


@contextmanager
def data(source: Blobs | None = None) -> Iterator[None]:
    """Sessions opened inside train on this."""
    with mock.patch.object(session, "open_source", return_value=source or Blobs()):
        yield


def numbers(run: Path) -> dict[str, torch.Tensor]:
    """Everything in a run's last checkpoint by its path: weights, averages, optimisers, random states, readings."""
    found: dict[str, torch.Tensor] = {}

    def walk(path: str, thing: object) -> None:
        if isinstance(thing, torch.Tensor):
            found[path] = thing
        elif isinstance(thing, dict):
            for name, part in thing.items():
                walk(f"{path}/{name}", part)
        elif isinstance(thing, list | tuple):
            for number, part in enumerate(thing):
                walk(f"{path}/{number}", part)
        elif isinstance(thing, int | float):
            found[path] = torch.tensor(thing, dtype=torch.float64)

    state = torch.load(run / "resume.pt", weights_only=True)
    walk("engine", state["engine"])
    walk("tally", state["tally"])
    return found


def assert_equal(one: Path, other: Path, tolerance: float = 0.0) -> None:
    """Two runs ended at the same numbers: to the bit, or but for rounding if they were computed differently."""
    ours, theirs = numbers(one), numbers(other)
    if tolerance:
        ours, theirs = (
            {k: v for k, v in w.items() if "/noise/" not in k and k != "engine/chunk"} for w in (ours, theirs)
        )
    assert ours.keys() == theirs.keys()
    assert any("averages" in name for name in ours)
    assert any("exp_avg_sq" in name for name in ours)
    for name, tensor in ours.items():
        difference = float((tensor.double() - theirs[name].double()).abs().max()) if tensor.numel() else 0.0
        assert difference <= tolerance, f"{name} differs by {difference}"


def die_once(played: Session, rounds: int) -> None:
    """Kill the second process after some rounds, unless it is already one that torchrun put in a dead one's place."""
    if played.machine.rank != 1 or os.environ["TORCHELASTIC_RESTART_COUNT"] != "0":
        return
    run, count = played.engine.run, itertools.count(1)

    def fatal(number: int | None = None) -> None:
        run(number)
        if next(count) == rounds:
            os.kill(os.getpid(), signal.SIGKILL)

    played.engine.run = fatal


def main() -> None:
    """For torchrun: play, in the folder argv[1], a run of argv[2] rounds; argv[3], if any, is when to die."""
    torch.set_num_threads(1)
    out, rounds, *death = sys.argv[1:]
    with data(), Session.start(recipe(int(rounds), dcgan=True, checkpoint_seconds=0.0), out) as played:
        if death:
            die_once(played, int(death[0]))
        played.play()


if __name__ == "__main__":
    main()
