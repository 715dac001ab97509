"""Non-finite numbers: caught, named, and either the end or one update less."""

from __future__ import annotations

import pytest
import torch
from tests.play.arena import Journal, Stream, play, points, same, snapshot, synthesis
from torch import Tensor, nn

from sparring.play import chance
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from sparring.play.guard import Guard, NonFiniteError
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.play.state import state_of


class Poisoned(Stream):
    """Gives one infinite number in some batches."""

    def __init__(self, *indices: int, size: int = 8):
        super().__init__(size, {"image": (2,)})
        self.indices = indices

    def batch(self, index: int) -> Batch:
        batch = super().batch(index)
        if index in self.indices:
            batch.image[-1, 0] = torch.inf
        return batch


class Fragile(Game):
    """One player whose forward, loss or backward breaks in the third round."""

    def __init__(self, where: str):
        super().__init__()
        self.where = where
        self.body = nn.ModuleDict({"first": nn.Linear(2, 4), "middle": Breaking(where), "last": nn.Linear(4, 1)})
        self.norm = nn.BatchNorm1d(4)

    def players(self) -> dict[str, Player]:
        return {"one": Player((self.body, self.norm), Optim("sgd", lr=0.1, clip_norm=1.0), Average(4.0))}

    def stages(self) -> tuple[Stage, ...]:
        return (Stage("only", (Turn(("one",), self.loss),), 5),)

    def loss(self, batch: Batch, clock: Clock) -> Losses:
        self.body["middle"].now = clock.round == 2
        out = self.body["last"](self.norm(self.body["middle"](self.body["first"](batch.image)))).mean()
        broken = self.where == "term" and clock.round == 2
        return {"fine": out, "excess": out.square() / (0.0 if broken else 1.0)}


class Breaking(nn.Module):
    """Breaks its output, or only its gradient, when it is time."""

    def __init__(self, where: str):
        super().__init__()
        self.where, self.now = where, False

    def forward(self, x: Tensor) -> Tensor:
        if self.now and self.where == "output":
            return x / 0.0
        if self.now and self.where == "gradient":
            return x + (x - x.detach()).abs().sqrt() * 0  # the root's slope at 0 is infinite
        return x


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("output", "non-finite numbers in the turn of one: the output of 'body.middle' is the first"),
        ("term", "the loss term 'excess' is not finite although every module's output is"),
        ("gradient", "the loss is finite, but the gradient of 'body.first.weight' is not"),
    ],
)
@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_culprit_is_named(where: str, sentence: str, accumulate: int) -> None:
    game = Fragile(where)
    engine = Engine(game, points(8), accumulate=accumulate)
    engine.run(2)
    before = snapshot(game.body)
    with pytest.raises(NonFiniteError, match=sentence):
        engine.run()
    assert same(before, snapshot(game.body))  # stopped before anything was kept


@pytest.mark.parametrize("accumulate", [1, 4])
def test_broken_data_is_named(accumulate: int) -> None:
    with pytest.raises(NonFiniteError, match="in the turn of critic: the data's 'image' is not finite"):
        play(synthesis(), Poisoned(1), accumulate=accumulate)


def test_broken_weights_are_named() -> None:
    game = synthesis()
    game.critic.first.weight.data[0, 0] = torch.nan
    with pytest.raises(NonFiniteError, match=r"the weight 'critic.first.weight' was already non-finite"):
        play(game, points())


def test_the_culprit_is_sought_with_the_same_draws() -> None:
    """The loss breaks on one particular draw: without it the fault could not be found again."""

    class Unlucky(Game):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(2, 1)

        def players(self) -> dict[str, Player]:
            return {"one": Player((self.part,), Optim())}

        def loss(self, batch: Batch, clock: Clock) -> Losses:
            draw = chance.uniform((len(batch), 1))
            drawn.append(float(draw[0]))
            return {"term": self.part(batch.image).mean() / (draw[0, 0] > 0.2).float()}

        def stages(self) -> tuple[Stage, ...]:
            return (Stage("only", (Turn(("one",), self.loss),), 999),)

    drawn: list[float] = []
    with pytest.raises(NonFiniteError, match="the loss term 'term' is not finite"):
        play(Unlucky(), points())
    assert drawn[-1] == drawn[-2] < 0.2


def test_chance_faults_are_called_so() -> None:
    class Moody(Game):
        def __init__(self) -> None:
            super().__init__()
            self.part, self.calls = nn.Linear(2, 1), 0

        def players(self) -> dict[str, Player]:
            return {"one": Player((self.part,), Optim())}

        def loss(self, batch: Batch, clock: Clock) -> Losses:
            self.calls += 1
            return {"term": self.part(batch.image).mean() / float(self.calls > 1)}

        def stages(self) -> tuple[Stage, ...]:
            return (Stage("only", (Turn(("one",), self.loss),), 1),)

    with pytest.raises(NonFiniteError, match="the same batch computed again is finite"):
        play(Moody(), points())


def all_finite(module: nn.Module) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in snapshot(module).values())


@pytest.mark.parametrize("where", ["output", "term", "gradient"])
def test_skipping_drops_one_update_and_nothing_else(where: str) -> None:
    game, journal = Fragile(where), Journal()
    engine = Engine(game, points(8), on_nonfinite="skip", watchers=[journal])
    engine.run(2)
    before, average = snapshot(game.body), engine.learners["one"].average
    engine.run(1)
    assert same(before, snapshot(game.body))
    assert engine.guard.skipped == 1
    assert engine.events[0].startswith("skipped an update of one: ")
    assert len(journal.turns) == 2
    engine.run()
    assert len(journal.turns) == 4
    assert not same(before, snapshot(game.body))
    assert average is not None
    assert all_finite(game)
    assert all_finite(average)


def test_skipping_keeps_anchors_and_averages_clean() -> None:
    game, journal = synthesis(Rules("hinge", lecam=1.0), 5, norm=True, average=Average(8.0)), Journal()
    engine = play(game, Poisoned(1, 2), on_nonfinite="skip", watchers=[journal])
    assert [title for title, _ in journal.turns].count("critic") == 3
    assert engine.guard.skipped == 2
    assert int(game.court.referee.updates) == 3
    assert all(bool(readings["loss"].isfinite()) for _, readings in journal.turns)
    average = engine.learners["generator"].average
    assert average is not None
    assert all_finite(game)
    assert all_finite(average)


def test_skipping_does_not_go_on_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guard, "PATIENCE", 3)
    engine = Engine(synthesis(rounds=20), Poisoned(0, 1, 3, 4, *range(6, 20)), on_nonfinite="skip")
    with pytest.raises(NonFiniteError, match="3 updates of critic in a row were non-finite: the data's 'image'"):
        engine.run()
    assert engine.guard.skipped == 7  # 2 and 2, each forgotten after a good one, and 3


def test_a_guard_that_lags_asks_rarely() -> None:
    guard, good, bad = Guard("stop", asynchronous=True), torch.ones(()), torch.full((), torch.nan)
    assert guard.settled()
    answers = [guard.finite(bad if turn == 3 else good) for turn in range(Guard.EVERY)]
    assert answers == [True] * (Guard.EVERY - 1) + [False]
    assert not guard.settled()


def test_a_guard_that_must_skip_does_not_lag() -> None:
    assert not Guard("skip", asynchronous=True).finite(torch.full((), torch.inf))
    assert not Guard("stop", asynchronous=False).finite(torch.full((), torch.nan))
    assert Guard("stop", asynchronous=False).finite(torch.ones(()))


def test_bad_weights_are_never_saved() -> None:
    """As on a device that runs ahead: the fault is not seen yet when somebody wants to save."""
    engine = Engine(synthesis(rounds=5), Poisoned(1))
    engine.guard = Guard("stop", asynchronous=True)
    engine.run(1)
    assert state_of(engine)
    engine.run(1)
    with pytest.raises(NonFiniteError, match="the last checkpoint is still good"):
        state_of(engine)


def test_watchers_see_numbers_before_clipping() -> None:
    found: list[Readings] = []
    play(Fragile(""), points(8), 1, watchers=[lambda clock, turn, readings: found.append(readings)])
    assert found[0]["gradient/one"] > 0
