"""Growing: levels, fades, stages, and what outlives them."""

from __future__ import annotations

import pytest
import torch
from tests.games.small import BATCH, engine_of, recipe_of, resumed
from tests.play.arena import same, snapshot
from torch import Tensor

from sparring.games import GAMES
from sparring.games.growing import Growing, GrowingSettings
from sparring.layers.growth import as_shown
from sparring.play.engine import Engine
from sparring.recipes.recipe import Recipe
from sparring.run.bundle import Card
from sparring.run.handles import Synthesizer
from sparring.techniques.minibatch import Minibatch
from sparring.techniques.settings import Techniques


def growing(rounds: int = 18, **changes: object) -> Engine:
    """From 4 to 8 pixels, unless told otherwise."""
    torch.manual_seed(0)
    game = GrowingSettings(**({"latent": 4} | changes))
    return engine_of("growing", "", recipe_of("growing", game=game, rounds=rounds))


def test_rounds_are_shared_out() -> None:
    engine = growing(18)
    assert [(stage.name, stage.rounds, stage.fresh) for stage in engine.stages] == [
        ("4 pixels", 6, ()),
        ("8 pixels", 12, ("generator", "critic")),
    ]
    assert sum(stage.rounds for stage in growing(101, fade=0.3).stages) == 101
    assert [stage.name for stage in growing(5, smallest=8).stages] == ["8 pixels"]
    assert [stage.rounds for stage in growing(10, fade=0.0).stages] == [5, 5]
    assert all(stage.rounds >= 1 for stage in growing(1).stages)


def test_levels_fade_in_and_then_stay() -> None:
    engine, shown = growing(18), []
    for _ in range(18):
        engine.run(1)
        shown.append(engine.game.generator.growth.now())
        assert engine.game.critic.growth.now() == shown[-1]
    assert shown[:6] == [(0, 1.0)] * 6
    assert [level for level, _ in shown[6:]] == [1] * 12
    assert [fade for _, fade in shown[6:]] == pytest.approx([n / 6 for n in range(6)] + [1.0] * 6)


def test_both_kinds_of_image_are_shown_alike() -> None:
    engine, seen = growing(18), list[Tensor]()
    engine.game.critic.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].detach()))
    for rounds, level, fade in ((1, 0, 1.0), (8, 1, 2 / 6), (6, 1, 1.0)):
        seen.clear()
        engine.run(rounds)
        real, fake = seen[-3:-1]
        assert real.shape == fake.shape == (BATCH, 3, 4 << level, 4 << level)
        torch.testing.assert_close(real, as_shown(engine.feed.batch(0).image, level, fade))


def test_optimisers_start_anew_at_each_level() -> None:
    engine = growing(18)
    engine.run(6)
    steps = [int(state["step"]) for state in engine.learners["critic"].optimizer.state.values()]
    assert max(steps) == 6
    engine.run(1)
    for player in ("generator", "critic"):
        assert {int(state["step"]) for state in engine.learners[player].optimizer.state.values()} == {1}


def test_the_averaged_copy_shows_what_the_network_shows() -> None:
    engine = growing(18)
    for rounds in (2, 6, 10):
        engine.run(rounds)
        copied = engine.learners["generator"].average.copies[0]
        assert copied.growth.now() == engine.game.generator.growth.now()
        assert copied(torch.randn(2, 4)).shape == engine.game.generator(torch.randn(2, 4)).shape


@pytest.mark.parametrize("rounds", [3, 8])
def test_samples_have_the_full_size_from_the_start(rounds: int) -> None:
    engine = growing(18)
    engine.run(rounds)
    recipe: Recipe = recipe_of("growing")
    card = Card(recipe, (3, 8, 8))
    made = Synthesizer(engine.learners["generator"].average.copies[0], card).sample(3)
    assert made.shape == (3, 8, 8, 3)


@pytest.mark.parametrize("techniques", [{}, {"replay": 6}, {"style_mixing": 0.9, "path_length": 1.0}])
@pytest.mark.parametrize("stop", [5, 6, 8])
def test_resuming_is_exact_in_the_middle_of_a_fade(stop: int, techniques: dict[str, float]) -> None:
    name = "growing styles" if "style_mixing" in techniques else "growing"
    recipe = recipe_of(name, techniques=Techniques(**techniques), rounds=12)
    whole, second = resumed(name, "", recipe, stop)
    assert same(snapshot(whole.game), snapshot(second.game))


def test_past_fakes_of_another_size_are_forgotten() -> None:
    engine = engine_of("growing", "", recipe_of("growing", techniques=Techniques(replay=6), rounds=12))
    engine.run(4)
    assert engine.game.court.pool.samples.shape[1:] == (3, 4, 4)
    engine.run(1)
    assert engine.game.court.pool.samples.shape == (4, 3, 8, 8)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"smallest": 6}, r"smallest must be 4, 8, 16, ... pixels, and is 6"),
        ({"fade": 1.0}, r"fade is a share of a resolution's rounds in \[0, 1\), and is 1.0"),
        ({"latent": 0}, "latent must be at least 1"),
        ({"critic_steps": 0}, "critic_steps must be at least 1"),
    ],
)
def test_impossible_settings_refuse(values: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        GrowingSettings(**values)


def test_impossible_networks_refuse() -> None:
    assert GAMES["growing"] is GrowingSettings
    with pytest.raises(ValueError, match="smallest is 16 pixels, which is more than the images have"):
        growing(smallest=16)
    with pytest.raises(ValueError, match="only networks that grow can play this game"):
        engine_of("dcgan", "", recipe_of("dcgan", game=GrowingSettings(latent=4)))
    with pytest.raises(ValueError, match="without minibatch"):
        engine_of("growing", "", recipe_of("growing", minibatch=Minibatch(measures=2)))


def test_several_critic_steps() -> None:
    engine = growing(6, critic_steps=2)
    engine.run()
    assert isinstance(engine.game, Growing)
    assert engine.clock.images == engine.clock.total == 6 * 2 * BATCH
