"""What two processes play together, and what one plays alone for comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from tests.play.arena import OTHERS, Stream, snapshot, synthesis
from torch import Tensor, distributed, nn

from sparring.play.engine import Engine
from sparring.play.game import Game
from sparring.play.machine import Machine
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.play.solvers import extragradient
from sparring.play.state import restore, state_of
from sparring.techniques.spectral import spectral_norm_

ROUNDS = 6


@dataclass(frozen=True)
class Case:
    make: Callable[[], Game]
    shapes: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"image": (2,)})
    options: dict[str, Any] = field(default_factory=dict)
    broken: tuple[int, ...] = ()  # batches with an infinite number in the last row

    def engine(self, machine: Machine) -> Engine:
        torch.manual_seed(7 + machine.rank)  # processes start apart, and the first one's weights count
        stream = Poisoned(8, self.shapes, 0, machine.rank, machine.world)
        stream.broken = self.broken
        return Engine(self.make(), stream, machine=machine, **self.options)


class Poisoned(Stream):
    broken: tuple[int, ...] = ()

    def batch(self, index: int) -> Any:
        batch = super().batch(index)
        if index in self.broken and self.rank == self.world - 1:
            batch.image[-1, 0] = torch.inf
        return batch


def with_norms(rules: Rules, kind: Callable[[int], nn.Module] = nn.BatchNorm1d, dropout: float = 0.0) -> Game:
    """Batch norms in both networks, so that penalties go twice through synchronised ones."""
    # Norms leave directions without a slope; with a small epsilon Adam would make steps of their rounding errors.
    optim = Optim(lr=1e-2, eps=1e-3)
    game = synthesis(rules, ROUNDS, norm=True, average=Average(20.0), dropout=dropout, optim=optim)
    game.generator.norm = kind(8)
    game.critic.dropout = nn.Sequential(game.critic.dropout, kind(8))
    return game


def spectral() -> Game:
    game = synthesis(Rules("hinge", r1=1.0), ROUNDS)
    spectral_norm_(game.critic)
    return game


def cumulative(channels: int) -> nn.Module:
    return nn.BatchNorm1d(channels, momentum=None)


def forgetful(channels: int) -> nn.Module:
    return nn.BatchNorm1d(channels, affine=False, track_running_stats=False)


class PairedWithNorms(nn.Module):
    """Convolutions with batch norm, in place of the paired game's encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.BatchNorm2d(3))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


def paired() -> Game:
    game = OTHERS["paired"][0](Rules("least_squares", gp=1.0, lazy=2), ROUNDS)
    game.encoder = PairedWithNorms()
    return game


CASES = {
    "gradient penalty, two critic steps": Case(
        lambda: synthesis(Rules("wasserstein", gp=10.0, drift=0.01), ROUNDS, critic_steps=2)
    ),
    "lazy r1 in a turn of its own": Case(lambda: synthesis(Rules(r1=1.0, lazy=2), ROUNDS, average=Average(20.0))),
    "micro-batches": Case(lambda: synthesis(Rules(gp0=1.0), ROUNDS), options={"accumulate": 2}),
    "extragradient": Case(lambda: synthesis(Rules(r2=1.0), ROUNDS), options={"solver": extragradient}),
    "spectral norm": Case(spectral),
    "lecam": Case(lambda: synthesis(Rules("hinge", lecam=1.0, lecam_warmup=1), ROUNDS)),
    "relativistic": Case(lambda: synthesis(Rules("relativistic", r1=1.0, r2=1.0), ROUNDS)),
    "batch norm": Case(lambda: with_norms(Rules("hinge"))),
    "batch norm, differentiated twice": Case(lambda: with_norms(Rules("nonsaturating", gp=1.0))),
    "cumulative batch norm": Case(lambda: with_norms(Rules("hinge"), cumulative)),
    "batch norm without statistics": Case(lambda: with_norms(Rules("hinge"), forgetful)),
    "batch norm of images": Case(paired, OTHERS["paired"][1]),
    "two courts": Case(lambda: OTHERS["cycle"][0](Rules("least_squares"), ROUNDS), OTHERS["cycle"][1]),
    "videos": Case(lambda: OTHERS["video"][0](Rules("hinge", gp=1.0), ROUNDS), OTHERS["video"][1]),
    "broken numbers": Case(
        lambda: with_norms(Rules("hinge", lecam=1.0)), options={"on_nonfinite": "skip"}, broken=(1, 3)
    ),
}
LOCAL = Case(lambda: with_norms(Rules("hinge")), options={"synchronise_batch_norm": False})
DROPOUT = Case(lambda: with_norms(Rules("hinge", gp=1.0, lazy=2), dropout=0.5))


def everything(engine: Engine) -> dict[str, Tensor]:
    """The game's state and its averages'."""
    found = snapshot(engine.game)
    for name, learner in engine.learners.items():
        if learner.average:
            found |= {f"average of {name}.{key}": value for key, value in snapshot(learner.average).items()}
    return found


def alone(case: Case) -> Engine:
    engine = case.engine(Machine())
    engine.run()
    return engine


def together(rank: int, folder: Path) -> None:
    """One of two processes. The first one leaves what came out in the folder."""
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    machine = Machine(rank=rank, world=2)
    found: dict[str, Any] = {"events": {}}
    for name, case in CASES.items():
        engine = case.engine(machine)
        engine.run(3)
        found[f"{name}, half"] = clone(state_of(engine))
        engine.run()
        found[name] = everything(engine)
        found["events"][name] = engine.events
    found["local"] = statistics(machine)
    found["dropout"] = resumed(machine)
    torch.save(found, folder / f"{rank}.pt")
    distributed.destroy_process_group()


def clone(state: Any) -> Any:
    """Live tensors copied, through all levels."""
    match state:
        case Tensor():
            return state.clone()
        case dict():
            return {key: clone(value) for key, value in state.items()}
        case list():
            return [clone(value) for value in state]
    return state


def statistics(machine: Machine) -> list[dict[str, Tensor]]:
    """This process's own state before and after saving."""
    engine = LOCAL.engine(machine)
    engine.run(3)
    before = everything(engine)
    state_of(engine)
    return [before, everything(engine)]


def resumed(machine: Machine) -> list[dict[str, Tensor]]:
    """A whole run and one that was interrupted, with noise that each process draws for itself."""
    found = []
    for interrupted in (False, True):
        engine = DROPOUT.engine(machine)
        engine.run(3)
        state = clone(state_of(engine))
        if interrupted:
            engine = replace(DROPOUT).engine(machine)
            shared = [state]
            distributed.broadcast_object_list(shared, 0)  # only the first process's file is kept
            restore(engine, shared[0])
        engine.run()
        found.append(everything(engine))
    return found
