"""The loop: who moves, when, on what, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tests.play.arena import OTHERS, Journal, Sequence, Stream, play, points, same, snapshot, synthesis
from torch import Tensor, nn

from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from sparring.play.machine import Machine
from sparring.play.optim import Optim
from sparring.play.referee import Rules
from sparring.play.solvers import extragradient, simultaneous
from sparring.play.state import restore, state_of


def games() -> dict[str, tuple[Game, Stream]]:
    rules = Rules("hinge")
    found: dict[str, tuple[Game, Stream]] = {
        name: (game(rules), Stream(4, shapes)) for name, (game, shapes) in OTHERS.items()
    }
    lazy = Rules("hinge", r1=1.0, lazy=2)
    return found | {
        "synthesis": (synthesis(lazy, norm=True), points(4)),
        "synthesis without reuse": (synthesis(lazy, reuse=False), points(4)),
        "synthesis with three steps": (synthesis(lazy, critic_steps=3), points(4)),
    }


@pytest.mark.parametrize("name", games())
def test_only_the_acting_players_move(name: str) -> None:
    game, stream = games()[name]
    engine = Engine(game, stream)
    trailing = {"trailing"} if isinstance(game, Sequence) else set()
    for stage in engine.stages:
        chunks = engine.draw()
        for turn in stage.turns:
            before = {one: [p.detach().clone() for p in learner.parameters] for one, learner in engine.learners.items()}
            memory = {one: optimizer_state(learner.optimizer) for one, learner in engine.learners.items()}
            rest = {k: v for k, v in snapshot(game).items() if k.split(".")[0] in trailing or "running" in k}
            engine.step(turn, engine.gradients(turn, chunks))
            for one, learner in engine.learners.items():
                moved = any(not torch.equal(p, q) for p, q in zip(before[one], learner.parameters, strict=True))
                remembered = memory[one] != optimizer_state(learner.optimizer)
                assert moved == (one in turn.players), f"{one} in the turn of {turn.title}"
                assert remembered == (one in turn.players) or learner.player.optim.name == "sgd"
            if not trailing and name != "synthesis":
                assert same(rest, {k: v for k, v in snapshot(game).items() if k in rest})


def optimizer_state(optimizer: torch.optim.Optimizer) -> list[list[float]]:
    return [t.flatten().tolist() for s in optimizer.state.values() for t in s.values() if isinstance(t, Tensor)]


def test_turns_leave_everybody_ready_to_learn() -> None:
    game, stream = games()["cycle"]
    play(game, stream)
    assert all(parameter.requires_grad for parameter in game.parameters())


def test_everybody_rests_but_the_acting() -> None:
    seen: dict[str, set[str]] = {}

    class Watching(Game):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two, self.nobodys = nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 1)

        def players(self) -> dict[str, Player]:
            return {"one": Player((self.one,), Optim()), "two": Player((self.two,), Optim())}

        def look(self, batch: Batch, clock: Clock) -> Losses:
            awake = {name.split(".")[0] for name, p in self.named_parameters() if p.requires_grad}
            seen[",".join(sorted(awake))] = awake
            return {"all": self.one(batch.image).mean() + self.two(batch.image).mean()}

        def stages(self) -> tuple[Stage, ...]:
            lending = Turn(("one",), self.look, lends=("two",), name="lending")
            return (Stage("only", (Turn(("one",), self.look), Turn(("two",), self.look), lending), 1),)

    play(Watching(), Stream(2, {"image": (1,)}))
    assert set(seen) == {"one", "two", "one,two"}


def test_a_lender_rests_even_when_gradients_reach_it() -> None:
    game, stream = games()["synthesis"]
    engine = Engine(game, stream)
    turn = engine.stages[0].turns[0]
    assert turn.lends == ("generator",)
    chunks = engine.draw()
    before = snapshot(game.generator.last)
    engine.step(turn, engine.gradients(turn, chunks))
    assert same(before, snapshot(game.generator.last))
    assert chunks[0].memo["fake"].requires_grad  # the graph is kept for the generator's turn
    assert game.generator.first.weight.grad is None


def test_frozen_parts_stay_frozen() -> None:
    game = synthesis(rounds=3)
    game.generator.first.requires_grad_(False)
    before = snapshot(game.generator.first)
    engine = play(game, points())
    assert same(before, snapshot(game.generator.first))
    assert not game.generator.first.weight.requires_grad
    assert len(engine.learners["generator"].parameters) == 2


class Sharing(Game):
    """Two players with one trunk."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk, self.one, self.two = nn.Linear(2, 2), nn.Linear(2, 1), nn.Linear(2, 1)

    def players(self) -> dict[str, Player]:
        sgd = Optim("sgd", lr=0.1)
        return {"one": Player((self.trunk, self.one), sgd), "two": Player((self.trunk, self.two, self.trunk), sgd)}

    def stages(self) -> tuple[Stage, ...]:
        return (Stage("only", (Turn(("one",), self.first), Turn(("two",), self.second)), 2),)

    def first(self, batch: Batch, clock: Clock) -> Losses:
        return {"first": self.one(self.trunk(batch.image)).mean()}

    def second(self, batch: Batch, clock: Clock) -> Losses:
        return {"second": self.two(self.trunk(batch.image)).mean()}


def test_players_may_share_parameters() -> None:
    game, stream = Sharing(), points(4)
    trunk, one = game.trunk.weight.detach().clone(), game.one.weight.detach().clone()
    engine = Engine(game, stream)
    turn = engine.stages[0].turns[0]
    engine.step(turn, engine.gradients(turn, engine.draw()))
    grad = one.T @ stream.batch(0).image.mean(0, keepdim=True)
    assert torch.allclose(game.trunk.weight, trunk - 0.1 * grad)
    engine.run()
    assert engine.over


def test_repeated_turns_draw_fresh_batches() -> None:
    stream = points(4)
    engine = play(synthesis(rounds=3, critic_steps=4), stream)
    assert stream.asked == list(range(12))
    assert engine.clock.images == 48 == engine.clock.total


def test_rare_turns_come_in_every_nth_round() -> None:
    played: list[tuple[int, str]] = []
    rules = Rules(r1=1.0, lazy=3)
    play(
        synthesis(rules, 7),
        points(4),
        watchers=[lambda clock, turn, readings: played.append((clock.round, turn.title))],
    )
    assert [number for number, title in played if title == "critic penalties"] == [0, 3, 6]


def test_stages_come_one_after_the_other_and_are_entered_once() -> None:
    game, journal = Sequence(Rules(), 3), Journal()
    engine = Engine(game, points(4), watchers=[journal])
    entered = []
    while not engine.over:
        engine.run(1)
        entered.append((engine.clock.stage, engine.clock.round, int(game.entered)))
    assert entered == [(1, 0, 1), (1, 1, 2), (1, 2, 2), (2, 0, 2)]
    assert [title for title, _ in journal.turns] == ["imitation", *["writer", "critic"] * 3]
    assert engine.clock.images == engine.clock.total == 16


class Staged(Game):
    """Two players through two stages; the second begins with a fresh optimiser for one of them."""

    def __init__(self, fresh: tuple[str, ...] = ("one",)):
        super().__init__()
        self.parts, self.fresh = nn.ModuleDict({"one": nn.Linear(1, 1), "two": nn.Linear(1, 1)}), fresh

    def players(self) -> dict[str, Player]:
        return {name: Player((part,), Optim()) for name, part in self.parts.items()}

    def stages(self) -> tuple[Stage, ...]:
        turns = tuple(Turn((name,), lambda batch, clock, name=name: self.square(name)) for name in self.parts)
        return (Stage("first", turns, 3), Stage("second", turns, 3, fresh=self.fresh))

    def square(self, name: str) -> Losses:
        return {"square": self.parts[name].weight.square().sum()}


def test_optimisers_start_afresh_where_a_stage_says_so() -> None:
    engine = Engine(Staged(), points(4))
    steps = []
    for _ in range(6):
        engine.run(1)
        steps.append(
            tuple(
                int(engine.learners[name].optimizer.state[engine.learners[name].parameters[0]]["step"])
                for name in ("one", "two")
            )
        )
    assert steps == [(1, 1), (2, 2), (3, 3), (1, 4), (2, 5), (3, 6)]
    with pytest.raises(AssertionError, match=r"unknown players \{'three'\}"):
        Engine(Staged(("three",)), points(4))


@pytest.mark.parametrize("at", [2, 3, 4])
def test_a_resumed_stage_is_not_fresh_again(at: int) -> None:
    torch.manual_seed(1)
    whole = play(Staged(), points(4))
    torch.manual_seed(1)
    first = play(Staged(), points(4), at)
    second = Engine(Staged(), points(4))
    restore(second, state_of(first))
    second.run()
    assert same(snapshot(whole.game), snapshot(second.game))


def test_the_clock_tells_games_how_far_they_are() -> None:
    seen: list[tuple[int, float]] = []

    class Timed(Game):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(1, 1)

        def players(self) -> dict[str, Player]:
            return {"one": Player((self.part,), Optim())}

        def look(self, batch: Batch, clock: Clock) -> Losses:
            seen.append((clock.images, clock.progress))
            return {"loss of one": self.part(batch.image).mean()}

        def stages(self) -> tuple[Stage, ...]:
            return (Stage("only", (Turn(("one",), self.look),), 4),)

    engine = play(Timed(), Stream(2, {"image": (1,)}), 3)
    assert seen == [(2, 0.0), (4, 0.25), (6, 0.5)]
    assert not engine.over
    engine.run()
    assert engine.over
    engine.run()  # nothing more to play
    assert len(seen) == 4


def test_terms_are_added_up_and_named() -> None:
    journal = Journal()
    play(synthesis(Rules("hinge", r1=1.0, drift=0.1)), points(), 1, watchers=[journal])
    critic = journal.of("critic")[0]
    assert torch.allclose(critic["loss"], critic["adversarial"] + critic["r1"] + critic["drift"])
    assert {"logit/real", "logit/fake", "accuracy", "auc", "gradient/critic"} < set(critic)
    assert set(journal.of("generator")[0]) == {"adversarial", "loss", "gradient/generator"}
    assert not any(value.requires_grad for value in critic.values())


def test_the_engine_equals_a_loop_written_by_hand() -> None:
    """Bit for bit: the same draws, one forward of the generator for both turns, a frozen critic in its turn."""
    torch.manual_seed(3)
    game = synthesis(Rules("nonsaturating"), 4)
    torch.manual_seed(3)
    twin = synthesis(Rules("nonsaturating"), 4)
    stream, dice = points(8), torch.Generator().manual_seed(0)
    play(game, stream)
    makers = {
        name: torch.optim.Adam(getattr(twin, name).parameters(), lr=1e-2, betas=(0.5, 0.999), fused=True)
        for name in ("generator", "critic")
    }
    for index in range(4):
        image = stream.batch(index).image
        fake = twin.generator(torch.randn(8, 3, generator=dice))
        makers["critic"].zero_grad()
        real, false = twin.critic(image).logits[0], twin.critic(fake.detach()).logits[0]
        (F.softplus(-real).mean() + F.softplus(false).mean()).backward()
        makers["critic"].step()
        makers["generator"].zero_grad()
        twin.critic.requires_grad_(False)
        F.softplus(-twin.critic(fake).logits[0]).mean().backward()
        twin.critic.requires_grad_(True)
        makers["generator"].step()
    for one, other in ((game.generator, twin.generator), (game.critic, twin.critic)):
        assert same(snapshot(one), snapshot(other))


def test_reused_and_fresh_fakes_learn_alike_on_the_first_critic_turn() -> None:
    found = []
    for reuse in (True, False):
        torch.manual_seed(0)
        game = synthesis(rounds=1, reuse=reuse)
        play(game, points())
        found.append(snapshot(game.critic))
    assert same(*found)


@pytest.mark.parametrize(("clip", "bound"), [(0.01, 0.01), (0.0, None)])
def test_a_clipped_critic_stays_within_its_bound(clip: float, bound: float | None) -> None:
    game = synthesis(Rules("wasserstein"), clip=clip, critic_steps=2)
    largest = [float(p.detach().abs().max()) for p in game.critic.parameters()]
    assert (max(largest) <= 0.01) == (bound is not None)  # from the start
    play(game, points())
    largest = [float(p.detach().abs().max()) for p in game.critic.parameters()]
    assert (max(largest) <= 0.01) == (bound is not None)


def test_seeds_make_runs() -> None:
    def weights(seed: int) -> dict[str, Tensor]:
        torch.manual_seed(0)
        game = synthesis()
        play(game, points(), seed=seed)
        return snapshot(game)

    assert same(weights(1), weights(1))
    assert not same(weights(1), weights(2))


def test_convolutions_are_laid_out_for_speed() -> None:
    game, shapes = OTHERS["paired"][0](Rules()), OTHERS["paired"][1]
    play(game, Stream(4, shapes), 1)
    assert game.encoder.weight.is_contiguous(memory_format=torch.channels_last)
    plain = OTHERS["paired"][0](Rules())
    play(plain, Stream(4, shapes), 1, machine=Machine(channels_last=False))
    assert plain.critic.first.weight.is_contiguous()


def refused(sentence: str, game: Game, stream: Stream, **options: Any) -> None:
    with pytest.raises(ValueError, match=sentence):
        Engine(game, stream, **options)


def test_what_cannot_be_played_is_refused() -> None:
    refused(r"Cycle needs \['a', 'b'\], and this data only gives \['image'\]", games()["cycle"][0], points())
    refused(r"Synthesis needs \['label'\]", synthesis(classes=3), points())
    refused(
        "a batch of 8 cannot be split evenly over 1 processes x 3 micro-batches", synthesis(), points(), accumulate=3
    )
    refused("a batch of 8 cannot be split evenly over 3", synthesis(), points(), machine=Machine(world=3))
    for solver in (simultaneous, extragradient):
        refused("repeated turns need the alternate solver", synthesis(critic_steps=2), points(), solver=solver)
    with pytest.raises(ValueError, match="clip and gp both bound the critic"):
        synthesis(Rules("wasserstein", gp=10.0), clip=0.01)
    with pytest.raises(ValueError, match="tokens have no gradient: r1 cannot apply to Sequence"):
        Sequence(Rules(r1=1.0))


def test_a_game_that_contradicts_itself_is_caught() -> None:
    class Wrong(Game):
        def __init__(self, *turns: Turn) -> None:
            super().__init__()
            self.part, self.turns = nn.Linear(1, 1), turns

        def players(self) -> dict[str, Player]:
            return {"one": Player((self.part,), Optim())}

        def stages(self) -> tuple[Stage, ...]:
            return (Stage("only", self.turns, 1),)

    one = Turn(("one",), lambda batch, clock: {})
    with pytest.raises(AssertionError, match="turns of unknown players"):
        Engine(Wrong(Turn(("two",), one.loss)), points())
    with pytest.raises(AssertionError, match="several turns called"):
        Engine(Wrong(one, one), points())


def test_a_stream_that_gives_too_little_is_caught() -> None:
    with pytest.raises(AssertionError, match="its equal part"):
        play(synthesis(), points(8, rank=1, world=2))
