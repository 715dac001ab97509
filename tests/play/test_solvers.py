"""Solvers on games whose dynamics are known: the bilinear game and the Dirac GAN (Mescheder et al. 2018)."""

from __future__ import annotations

import pytest
import torch
from tests.play.arena import Stream, play
from torch import Tensor, nn

from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from sparring.play.optim import Optim
from sparring.play.referee import Referee, Rules, critic_turns
from sparring.play.scene import Sample, Scene, Verdict, leaves
from sparring.play.solvers import SOLVERS, alternate, extragradient, simultaneous

RATE = 0.1


class Bilinear(Game):
    """min over g, max over c of g * c, from (1, 1)."""

    def __init__(self, rounds: int = 300, optim: Optim = Optim("sgd", lr=RATE)):  # noqa: B008 - frozen
        super().__init__()
        self.g, self.c = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        self.rounds, self.optim = rounds, optim
        for part in (self.g, self.c):
            nn.init.ones_(part.weight)

    def players(self) -> dict[str, Player]:
        return {"g": Player((self.g,), self.optim), "c": Player((self.c,), self.optim)}

    def value(self) -> Tensor:
        return (self.g.weight * self.c.weight).sum()

    def stages(self) -> tuple[Stage, ...]:
        first = Turn(("c",), lambda batch, clock: {"value": -self.value()})
        return (Stage("play", (first, Turn(("g",), lambda batch, clock: {"value": self.value()})), self.rounds),)

    @property
    def place(self) -> Tensor:
        return torch.stack([self.g.weight.detach()[0, 0], self.c.weight.detach()[0, 0]])


def one() -> Stream:
    return Stream(1, {"image": (1,)})


@pytest.mark.parametrize(
    ("solver", "nearest", "furthest"),
    [("alternate", 1.2, 1.6), ("simultaneous", 5.0, 1e9), ("extragradient", 0.0, 0.5)],
)
def test_bilinear_game(solver: str, nearest: float, furthest: float) -> None:
    """From a distance of 1.41: alternating cycles, simultaneous diverges, extragradient converges."""
    game = Bilinear()
    play(game, one(), solver=SOLVERS[solver])
    assert nearest < float(game.place.norm()) < furthest


def test_one_round_of_each_solver_by_hand() -> None:
    want = {
        alternate: torch.tensor([1 - RATE * (1 + RATE), 1 + RATE]),
        simultaneous: torch.tensor([1 - RATE, 1 + RATE]),
        extragradient: torch.tensor([1 - RATE * (1 + RATE), 1 + RATE * (1 - RATE)]),
    }
    assert set(want) == set(SOLVERS.values())
    for solver, place in want.items():
        game = Bilinear(1)
        play(game, one(), solver=solver)
        assert torch.allclose(game.place, place)


def test_a_solver_may_hold_two_turns_of_one_player() -> None:
    """Simultaneously with a lazy penalty: both critic updates use gradients taken at the same point."""

    class Twice(Game):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(1, 1, bias=False)
            nn.init.ones_(self.part.weight)

        def players(self) -> dict[str, Player]:
            return {"part": Player((self.part,), Optim("sgd", lr=RATE))}

        def square(self, batch: Batch, clock: Clock) -> Losses:
            return {"square": self.part.weight.square().sum()}

        def stages(self) -> tuple[Stage, ...]:
            return (Stage("play", (Turn(("part",), self.square), Turn(("part",), self.square, name="again")), 1),)

    for solver, left in ((simultaneous, 1 - 4 * RATE), (alternate, (1 - 2 * RATE) ** 2)):
        game = Twice()
        play(game, one(), solver=solver)
        assert float(game.part.weight.detach()) == pytest.approx(left)


def test_extragradient_moves_from_where_it_stood() -> None:
    game = Bilinear(1, Optim("sgd", lr=0.0))
    play(game, one(), solver=extragradient)
    assert torch.equal(game.place, torch.ones(2))


class Dirac(Game):
    """Data at 0, the generator at theta, the critic D(x) = psi x."""

    def __init__(self, rules: Rules, rounds: int = 400):
        super().__init__()
        self.theta, self.psi = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        for part in (self.theta, self.psi):
            nn.init.ones_(part.weight)
        self.referee, self.rounds = Referee(rules), rounds

    def players(self) -> dict[str, Player]:
        sgd = Optim("sgd", lr=RATE)
        return {"theta": Player((self.theta,), sgd), "psi": Player((self.psi,), sgd)}

    def stages(self) -> tuple[Stage, ...]:
        generator = Turn(("theta",), lambda batch, clock: self.referee.generator(self.scene(batch, clock)))
        return (Stage("play", (*critic_turns("psi", (self.referee, self.scene)), generator), self.rounds),)

    def judge(self, x: Sample) -> Verdict:
        return Verdict((self.psi(leaves(x)[0]),))

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        return Scene(self.judge, torch.zeros(1, 1), self.theta(torch.ones(1, 1)))

    @property
    def distance(self) -> float:
        return float(torch.cat([self.theta.weight, self.psi.weight]).detach().norm())


@pytest.mark.parametrize(
    ("rules", "converges"),
    [
        (Rules("nonsaturating"), False),
        (Rules("wasserstein"), False),
        (Rules("wasserstein", gp=1.0), False),
        (Rules("nonsaturating", r1=1.0), True),
        (Rules("nonsaturating", r2=1.0), True),
        (Rules("nonsaturating", r1=1.0, lazy=4), True),
        (Rules("wasserstein", r1=1.0), True),
        (Rules("wasserstein", gp_one_sided=1.0), False),
        (Rules("wasserstein", dragan=1.0), False),
        (Rules("nonsaturating", gp0=1.0), True),
        (Rules("nonsaturating", max_gp=1.0), True),
        (Rules("fgan_js"), False),
        (Rules("fgan_js", r1=1.0), True),
        (Rules("relativistic"), False),
        (Rules("relativistic", r1=1.0, r2=1.0), True),
    ],
)
def test_dirac_gan(rules: Rules, converges: bool) -> None:
    """Zero-centred penalties lead to the equilibrium; without one, or with slope 1 asked for, it is circled."""
    game = Dirac(rules)
    engine = Engine(game, one())
    engine.run(200)
    middle = game.distance
    engine.run()
    assert (game.distance < 1e-2) == converges
    assert converges or middle > 0.2
    assert converges or game.distance > 0.2


@pytest.mark.parametrize(
    ("solver", "nearest", "furthest"),
    [("alternate", 1.3, 1.5), ("simultaneous", 1.8, 1e9), ("extragradient", 0.0, 1.0)],
)
def test_dirac_gan_without_a_penalty(solver: str, nearest: float, furthest: float) -> None:
    """From a distance of 1.41: alternating circles, simultaneous moves away, extragradient approaches.

    In the zero-sum form: the non-saturating one comes nearer by itself, with the root of time.
    """
    game = Dirac(Rules("minimax"))
    play(game, one(), solver=SOLVERS[solver])
    assert nearest < game.distance < furthest
