"""A run that was saved goes on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.play.arena import OTHERS, Journal, Stream, furthest, play, points, same, snapshot, synthesis

from sparring.play.engine import Engine
from sparring.play.game import Game
from sparring.play.machine import Machine
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.play.solvers import SOLVERS
from sparring.play.state import restore, state_of

SCHEDULED = Optim(lr=1e-2, schedule="cosine", warmup_images=20, clip_norm=1.0)


def through_disk(state: dict[str, Any], folder: Path) -> dict[str, Any]:
    torch.save(state, folder / "resume.pt")
    return torch.load(folder / "resume.pt", weights_only=True)


def averages(engine: Engine) -> dict[str, torch.Tensor]:
    found = {name: learner.average for name, learner in engine.learners.items() if learner.average}
    return {f"{name}.{key}": value for name, average in found.items() for key, value in snapshot(average).items()}


def resumed_equals_whole(
    make: Callable[[], Game], stream: Callable[[], Stream], folder: Path, at: int = 3, **options: Any
) -> None:
    torch.manual_seed(4)
    whole_game, whole_journal = make(), Journal()
    whole = play(whole_game, stream(), watchers=[whole_journal], **options)
    torch.manual_seed(4)
    first = play(make(), stream(), at, **options)
    state = through_disk(state_of(first), folder)
    torch.manual_seed(99)  # a new process has other random numbers
    game, journal = make(), Journal()
    second = Engine(game, stream(), watchers=[journal], **options)
    restore(second, state)
    second.run()
    assert second.over
    assert same(snapshot(whole_game), snapshot(game))
    assert same(averages(whole), averages(second))
    assert vars(whole.clock) == vars(second.clock)
    for (title, old), (again, new) in zip(whole_journal.turns[-len(journal.turns) :], journal.turns, strict=True):
        assert title == again
        assert all(torch.equal(old[name], new[name]) for name in old)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("optimiser", ["adam", "adamw", "rmsprop", "sgd"])
def test_every_solver_and_optimiser(solver: str, optimiser: Any, tmp_path: Path) -> None:
    optim = Optim(optimiser, lr=1e-3, momentum=0.5 if optimiser != "adam" else 0.0, weight_decay=1e-4)

    def make() -> Game:
        return synthesis(Rules("hinge", r1=1.0, lazy=2), 6, optim=optim, average=Average(20.0), norm=True)

    resumed_equals_whole(make, points, tmp_path, solver=SOLVERS[solver])


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("at", [1, 2])
def test_every_game(name: str, at: int, tmp_path: Path) -> None:
    game, shapes = OTHERS[name]
    rules = Rules("hinge", lecam=0.1, lecam_warmup=1)
    resumed_equals_whole(lambda: game(rules, 4), lambda: Stream(4, shapes), tmp_path, at)


@pytest.mark.parametrize("options", [{}, {"accumulate": 2}, {"machine": Machine(precision="bf16")}])
def test_schedules_dropout_anchors_and_repeats(options: dict[str, Any], tmp_path: Path) -> None:
    def make() -> Game:
        rules = Rules("hinge", gp=1.0, lazy=2, lecam=0.1, lecam_warmup=2)
        return synthesis(rules, 6, dropout=0.5, critic_steps=2, optim=SCHEDULED, average=Average(20.0))

    resumed_equals_whole(make, points, tmp_path, **options)


def test_loss_scales(tmp_path: Path) -> None:
    def make() -> Game:
        return synthesis(rounds=6)

    machine = Machine(precision="fp16")
    resumed_equals_whole(make, points, tmp_path, machine=machine)
    first = play(make(), points(), 3, machine=machine)
    first.scalers["critic"].update(128.0)
    second = Engine(make(), points(), machine=machine)
    restore(second, through_disk(state_of(first), tmp_path))
    assert second.scalers["critic"].get_scale() == 128.0
    assert second.scalers["generator"].get_scale() == 2.0**16


@pytest.mark.parametrize(
    ("micro_batch", "asked", "world", "accumulate"),
    [
        (0, 1, 1, 1),  # memory never ran out: as the new run asks
        (0, 3, 1, 3),
        (4, 1, 1, 3),
        (4, 6, 1, 6),  # asked for even smaller ones
        (4, 1, 3, 1),  # four samples for each of three processes
        (2, 1, 3, 2),
        (4, 1, 2, 3),  # six samples do not divide by four, but by two
    ],
)
def test_micro_batches_stay_small(micro_batch: int, asked: int, world: int, accumulate: int, tmp_path: Path) -> None:
    first = play(synthesis(rounds=9), points(12), 3)
    first.micro_batch = micro_batch
    engine = Engine(synthesis(rounds=9), points(12), accumulate=asked)
    engine.machine = Machine(rank=0, world=world)
    restore(engine, through_disk(state_of(first), tmp_path))
    assert engine.accumulate == accumulate
    assert engine.drawn == 3


def test_other_processes_noise_is_not_ours(tmp_path: Path) -> None:
    """With another number of processes, dropout goes on from this process's own seed."""
    state = through_disk(state_of(play(synthesis(rounds=9), points(), 3)), tmp_path)
    state["noise"] = state["noise"] * 2
    engine = Engine(synthesis(rounds=9), points())
    before = torch.get_rng_state()
    restore(engine, state)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(engine.dice.get_state(), state["dice"])


def test_another_kind_of_device_goes_on_with_other_numbers(tmp_path: Path) -> None:
    state = through_disk(state_of(play(synthesis(rounds=9), points(), 3)), tmp_path)
    state |= {"device": "cuda", "dice": torch.zeros(16, dtype=torch.uint8), "noise": [torch.zeros(16)]}
    engine = Engine(synthesis(rounds=9), points())
    restore(engine, state)
    engine.run()
    assert engine.over


def test_a_longer_run_goes_on(tmp_path: Path) -> None:
    game = synthesis(rounds=4)
    state = through_disk(state_of(play(game, points())), tmp_path)
    longer = Engine(synthesis(rounds=6), points())
    restore(longer, state)
    assert (longer.clock.stage, longer.clock.round, longer.clock.total) == (0, 4, 48)
    longer.run()
    assert longer.clock.images == 48
    done = Engine(synthesis(rounds=4), points())
    restore(done, state)
    assert done.over


def test_saving_changes_nothing(tmp_path: Path) -> None:
    games = []
    for saves in (False, True):
        torch.manual_seed(4)
        engine = Engine(synthesis(rounds=4, norm=True, dropout=0.3), points())
        while not engine.over:
            engine.run(1)
            if saves:
                through_disk(state_of(engine), tmp_path)
        games.append(engine.game)
    assert furthest(*games) == 0.0
