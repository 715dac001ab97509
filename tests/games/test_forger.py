"""The generator's half of a game: what it is asked for beyond fooling the critic."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.games.small import BATCH, engine_of, recipe_of, resumed
from tests.play.arena import Generator, Journal, same, snapshot
from torch import Tensor

from sparring.games.casting import Cast
from sparring.games.forger import Forger
from sparring.games.synthesis import SynthesisSettings
from sparring.play.game import Batch
from sparring.play.rules import Rules
from sparring.recipes.assemble import network_of
from sparring.techniques.settings import Techniques


def forger(generator: Any, techniques: Techniques, latent: int = 3) -> Forger:
    return Forger(Cast({"generator": generator}, {}, Rules(), None, 4, techniques=techniques), latent, "normal")


def styled() -> Any:
    torch.manual_seed(0)
    return network_of(recipe_of("styles"), "generator", (3, 8, 8), 0)


def test_path_lengths_are_paid_every_fourth_round_four_times_over() -> None:
    journal = Journal()
    recipe = recipe_of("styles", techniques=Techniques(path_length=2.0), rounds=9)
    engine = engine_of("styles", "", recipe, watchers=[journal])
    (turn,) = [turn for turn in engine.stages[0].turns if turn.title == "path length"]
    assert (turn.every, turn.gain, turn.players) == (4, 4.0, ("generator",))
    engine.run()
    paid = journal.of("path length")
    assert len(paid) == 3
    mean = 0.0
    for readings in paid:
        mean = 0.99 * mean + 0.01 * float(readings["length"])
        assert readings["path_length"] > 0
    assert float(engine.game.forger.lengths.mean) == pytest.approx(mean)


def test_path_lengths_do_not_depend_on_how_a_batch_is_divided() -> None:
    """But for the hundredth of the running mean that is this batch's own."""
    found = []
    for accumulate in (1, 2):
        journal = Journal()
        torch.manual_seed(0)
        recipe = recipe_of("styles", "projection", techniques=Techniques(path_length=2.0), rounds=1)
        engine = engine_of("styles", "projection", recipe, accumulate=accumulate, watchers=[journal])
        engine.feed.tensors = {"image": torch.zeros(BATCH, 3, 8, 8), "label": torch.arange(BATCH) % 3}
        engine.run()
        found.append(float(journal.of("path length")[0]["length"]))
    assert found[0] == pytest.approx(found[1], rel=0.02)


def test_resuming_remembers_the_mean_length() -> None:
    recipe = recipe_of("styles", techniques=Techniques(path_length=2.0, style_mixing=0.9), rounds=8)
    whole, second = resumed("styles", "", recipe, 5)
    assert same(snapshot(whole.game), snapshot(second.game))


def test_mixed_styles_change_over_and_plain_ones_do_not() -> None:
    generator = styled()
    z = torch.randn(64, 4)
    plain = forger(generator, Techniques(), 4)
    assert (plain.styles(generator, z, None) == generator.mapping(z)).all()
    mixing = forger(generator, Techniques(style_mixing=1.0), 4)
    styles = mixing.styles(generator, z, None)
    assert torch.equal(styles[:, 0], generator.mapping(z)[:, 0])
    assert (styles[:, -1] != generator.mapping(z)[:, -1]).any(1).all()
    assert mixing.forge(z, None).shape == (64, 3, 8, 8)


class Collapsed(torch.nn.Module):
    """Makes nearly the same point of any noise."""

    def __init__(self, spread: float):
        super().__init__()
        self.spread = torch.nn.Parameter(torch.tensor(spread))

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return 1 + self.spread * z


@pytest.mark.parametrize(("spread", "paid"), [(1.0, 1 / (1 + 1e-5)), (0.0, 1e5), (0.5, 2.0)])
def test_diversity_is_paid_for_by_those_who_repeat_themselves(spread: float, paid: float) -> None:
    made = forger(Collapsed(spread), Techniques(diversity=3.0))
    batch = Batch(image=torch.zeros(16, 3))
    term = made.terms(batch, made.fakes(batch))["diversity"]
    assert term.item() == pytest.approx(3 * paid, rel=1e-3)
    if spread:
        term.backward()
        assert made.generator.spread.grad < 0  # descent pulls images apart


def test_diversity_compares_with_the_noise_that_made_the_fakes() -> None:
    """Reused fakes too: their ratio is exact for the identity."""
    journal = Journal()
    recipe = recipe_of("points", techniques=Techniques(diversity=1.0), rounds=2)
    engine = engine_of("points", "", recipe, watchers=[journal])
    engine.run(1)
    batch = engine.feed.batch(0)
    fake = engine.game.forger.for_critic(batch)
    assert torch.equal(engine.game.generator(batch.memo["z"]), fake)
    assert torch.equal(engine.game.forger.for_generator(batch), fake)
    assert "fake" not in batch.memo


@pytest.mark.parametrize("technique", ["path_length", "style_mixing"])
def test_styles_are_needed(technique: str) -> None:
    with pytest.raises(ValueError, match=f"techniques.{technique} needs a generator with styles"):
        forger(Generator(), Techniques(**{technique: 0.5}))


def test_weights_that_cannot_be_orthogonal_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"set techniques\.orthogonal to 0"):
        engine_of("growing", "", recipe_of("growing", techniques=Techniques(orthogonal=1e-4)))


def test_a_warm_up_gives_the_critic_its_hundred_updates_and_the_run_its_length() -> None:
    journal = Journal()
    game = SynthesisSettings(latent=4, critic_steps=2, warmup_rounds=2, warmup_critic_steps=5, clip=0.01)
    recipe = recipe_of("points", "", Rules("wasserstein"), game=game, rounds=10)
    engine = engine_of("points", "", recipe, watchers=[journal])
    assert [(stage.name, stage.rounds, stage.batches) for stage in engine.stages] == [
        ("warm-up", 2, 10),
        ("adversarial", 5, 10),
    ]
    engine.run()
    assert engine.clock.images == engine.clock.total == recipe.train.images
    titles = "".join(title[0] for title, _ in journal.turns)
    assert titles == "cccccg" * 2 + "ccg" * 5


def test_a_warm_up_reuses_fakes_only_after_it() -> None:
    game = SynthesisSettings(latent=4, warmup_rounds=1, warmup_critic_steps=3)
    engine = engine_of("points", "", recipe_of("points", game=game, rounds=4))
    lends = [turn.lends for stage in engine.stages for turn in stage.turns if turn.title == "critic"]
    assert lends == [(), ("generator",)]
    calls: list[int] = []
    engine.game.generator.register_forward_hook(lambda *_: calls.append(1))
    engine.run()
    assert len(calls) == 4 + 1


def test_a_warm_up_longer_than_the_run_ends_with_it() -> None:
    game = SynthesisSettings(latent=4, warmup_rounds=9, warmup_critic_steps=2)
    engine = engine_of("points", "", recipe_of("points", game=game, rounds=6))
    assert [(stage.name, stage.rounds) for stage in engine.stages] == [("warm-up", 3)]
