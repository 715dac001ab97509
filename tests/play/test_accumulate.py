"""Micro-batches give the gradients of the whole batch; memory running out makes them smaller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.play.arena import OTHERS, Journal, Stream, fitting, furthest, play, points, synthesis

from sparring.play import memory
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock, Game, Losses
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Rules
from sparring.play.solvers import SOLVERS

pytestmark = pytest.mark.usefixtures("double")

# RaGAN's means, DRAGAN's deviation and the steepest point are taken over the samples at hand, so they are another
# method in parts.
COUPLED = {
    "relativistic_average",
    "relativistic_average_hinge",
    "relativistic_average_least_squares",
    "dragan",
    "max_gp",
}


def difference(make: Callable[[], Game], stream: Callable[[], Stream] = points, **options: Any) -> float:
    """How far whole and divided training are apart after all rounds."""
    found = []
    for accumulate in (1, 4):
        torch.manual_seed(2)
        game = make()
        play(game, stream(), accumulate=accumulate, **options)
        found.append(game)
    return furthest(*found)


@pytest.mark.parametrize("reuse", [True, False])
@pytest.mark.parametrize("name", sorted(set(ADVERSARIAL) - COUPLED))
def test_every_loss(name: str, reuse: bool) -> None:
    assert difference(lambda: synthesis(Rules(name, drift=0.1), 3, reuse=reuse)) < 1e-12


@pytest.mark.parametrize("lazy", [1, 2])
@pytest.mark.parametrize("name", sorted(set(PENALTIES) - COUPLED))
def test_every_penalty(name: str, lazy: int) -> None:
    shape, stream = fitting(name)
    rules = Rules("wasserstein", lazy=lazy, **{name: 2.0})
    assert difference(lambda: synthesis(rules, 3, shape=shape, steep=5.0), stream) < 1e-12


@pytest.mark.parametrize("name", sorted(COUPLED))
def test_coupled_rules_are_coupled(name: str) -> None:
    """If one of them ever became exact, it belongs to the tests above."""
    rules = Rules(name) if name in ADVERSARIAL else Rules(**{name: 2.0})
    assert difference(lambda: synthesis(rules, 1, steep=9.0)) > 1e-9  # steep enough for hinges to bend


@pytest.mark.parametrize("conditioning", ["projection", "auxiliary"])
def test_labels(conditioning: str) -> None:
    def make() -> Game:
        return synthesis(Rules("hinge", classes_fake=1.0, r1=1.0), 3, classes=3, conditioning=conditioning)

    assert difference(make, lambda: points(classes=3)) < 1e-12


def test_lecam() -> None:
    assert difference(lambda: synthesis(Rules("hinge", lecam=1.0, lecam_warmup=1), 4)) < 1e-12


def test_several_critic_steps() -> None:
    assert difference(lambda: synthesis(Rules("wasserstein", gp=1.0), 3, critic_steps=2)) < 1e-12


@pytest.mark.parametrize("solver", ["simultaneous", "extragradient"])
def test_solvers(solver: str) -> None:
    assert difference(lambda: synthesis(Rules(r1=1.0, lazy=2), 3), solver=SOLVERS[solver]) < 1e-12


@pytest.mark.parametrize("name", OTHERS)
def test_other_games(name: str) -> None:
    game, shapes = OTHERS[name]
    assert difference(lambda: game(Rules("hinge", lecam=0.1, lecam_warmup=0)), lambda: Stream(8, shapes)) < 1e-12


def test_readings_are_means_over_micro_batches() -> None:
    found = []
    for accumulate in (1, 4):
        torch.manual_seed(2)
        journal = Journal()
        play(synthesis(Rules("hinge", gp=1.0), 1), points(), accumulate=accumulate, watchers=[journal])
        found.append(journal.of("critic")[0])
    whole, parts = found
    assert whole.keys() == parts.keys()
    for name in ("adversarial", "gp", "loss", "logit/real", "logit/fake", "gradient/critic", "accuracy"):
        assert torch.allclose(whole[name], parts[name]), name


class Cramped:
    """Stands in a turn's way: its loss runs out of memory for batches above some size."""

    def __init__(self, most: int, error: RuntimeError):
        self.most, self.error, self.sizes = most, error, list[int]()

    def around(self, loss: Callable[[Batch, Clock], Losses]) -> Callable[[Batch, Clock], Losses]:
        def cramped(batch: Batch, clock: Clock) -> Losses:
            self.sizes.append(len(batch))
            terms = loss(batch, clock)
            if len(batch) > self.most:
                raise self.error
            return terms

        return cramped


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("MPS backend out of memory"),
]


def cramp(game: Game, method: str, most: int, error: RuntimeError = ERRORS[0]) -> Cramped:
    cramped = Cramped(most, error)
    setattr(game, method, cramped.around(getattr(game, method)))
    return cramped


def after(make: Callable[[], Game], stream: Stream, method: str = "", most: int = 99, **options: Any) -> Game:
    torch.manual_seed(2)
    game = make()
    if method:
        cramp(game, method, most)
    play(game, stream, **options)
    return game


@pytest.mark.parametrize("reuse", [True, False])
@pytest.mark.parametrize("method", ["scene", "generator_loss"])
def test_memory_running_out_changes_nothing_but_the_parts(method: str, reuse: bool) -> None:
    def make() -> Game:
        return synthesis(Rules("hinge", gp=1.0, r1=1.0, lazy=2), 3, reuse=reuse)

    # Wrapped methods return terms or scenes; the error comes after the work, when the fakes are already made.
    whole, parts = after(make, points(12)), after(make, points(12), method, 4)
    assert furthest(whole, parts) < 1e-12


def test_memory_running_out_keeps_what_earlier_turns_left() -> None:
    """The critics of a cycle game need the fakes that the translators left in the memo."""
    game, shapes = OTHERS["cycle"]

    def make() -> Game:
        return game(Rules("hinge"))

    whole, parts = after(make, Stream(8, shapes)), after(make, Stream(8, shapes), "scene_a", 2)
    assert furthest(whole, parts) < 1e-12


@pytest.mark.parametrize("error", ERRORS)
def test_micro_batches_stay_small_and_it_is_said(error: RuntimeError) -> None:
    game = synthesis(rounds=2)
    cramped = cramp(game, "generator_loss", 4, error)
    engine = play(game, points(12))
    assert cramped.sizes == [12, 6, *[3] * 8]
    assert engine.accumulate == 4
    assert engine.events == [
        "memory ran out in the turn of generator: now micro-batches of 6",
        "memory ran out in the turn of generator: now micro-batches of 3",
    ]


def test_odd_parts_are_divided_too() -> None:
    chunks = memory.smaller([Batch(image=torch.arange(15)), Batch(image=torch.arange(15))])
    assert [len(chunk) for chunk in chunks] == [5] * 6
    assert memory.smaller(chunks)[0].image.tolist() == [0]
    assert memory.smaller(memory.smaller(chunks)) == []


def test_memory_may_not_suffice_for_one_sample() -> None:
    game = synthesis()
    cramp(game, "generator_loss", 0)
    with pytest.raises(torch.OutOfMemoryError, match="Tried to allocate"):
        play(game, points())


def test_other_errors_are_not_memorys() -> None:
    game = synthesis()
    cramped = cramp(game, "generator_loss", 0, RuntimeError("shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        play(game, points())
    assert cramped.sizes == [8]


def test_processes_that_speak_within_a_turn_cannot_try_again_alone() -> None:
    engine = Engine(synthesis(), points())
    engine.coupled = True
    cramp(engine.game, "generator_loss", 2)
    engine.stages = engine.game.stages()
    with pytest.raises(torch.OutOfMemoryError):
        engine.run()
