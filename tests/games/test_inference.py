"""Games with an encoder on pairs: who learns, in which direction, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.games.small import engine_of, recipe_of, resumed
from tests.play.arena import Journal, same, snapshot

from sparring.games import GAMES
from sparring.games.inference import InferenceSettings, negated
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.engine import Engine
from sparring.play.game import Clock
from sparring.play.rules import Rules
from sparring.play.scene import Verdict
from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.settings import assign
from sparring.techniques.ada import Ada
from sparring.techniques.minibatch import Minibatch
from sparring.techniques.settings import Techniques


def playing(rules: Rules = Rules("minimax"), rounds: int = 4, **game: Any) -> Engine:  # noqa: B008 - frozen
    torch.manual_seed(0)
    settings = InferenceSettings(**({"latent": 4} | game))
    return engine_of("inference", "", recipe_of("inference", "", rules, game=settings, rounds=rounds))


def test_only_those_who_act_move() -> None:
    engine = playing(rebuild=1.0)
    chunks = engine.draw()
    critic, learn = engine.stages[0].turns
    assert (critic.players, learn.players) == (("critic",), ("generator", "encoder"))
    for turn in (critic, learn):
        before = {name: snapshot(getattr(engine.game, name)) for name in ("generator", "encoder", "critic")}
        engine.step(turn, engine.gradients(turn, chunks))
        moved = {name for name in before if not same(before[name], snapshot(getattr(engine.game, name)))}
        assert moved == set(turn.players)


# Centred least squares pulls logits to 0 from either side.
@pytest.mark.parametrize("loss", sorted(set(ADVERSARIAL) - {"least_squares_centred"}))
def test_each_wants_its_pairs_taken_for_the_others(loss: str) -> None:
    """Down their losses, D(z, G(z)) goes up and D(E(x), x) goes down."""
    engine = playing(Rules(loss))
    game, (batch,) = engine.game, engine.draw()
    torch.manual_seed(3)
    terms = game.pair_loss(batch, Clock())
    assert set(terms) == {"adversarial", "encoder"}
    real, fake = game.pairs(batch)
    scores = {"encoder": (game.critic(real).score.mean(), -1), "adversarial": (game.critic(fake).score.mean(), 1)}
    for name, (score, wanted) in scores.items():
        player = game.encoder if name == "encoder" else game.generator
        parameters = list(player.parameters())
        torch.manual_seed(3)
        downhill = torch.autograd.grad(terms[name], parameters, retain_graph=True, allow_unused=True)
        uphill = torch.autograd.grad(score, parameters, retain_graph=True, allow_unused=True)
        along = sum(float((-d * u).sum()) for d, u in zip(downhill, uphill, strict=True) if d is not None)
        assert along * wanted > 0, (loss, name)
        other = game.generator if name == "encoder" else game.encoder
        strange = torch.autograd.grad(terms[name], list(other.parameters()), retain_graph=True, allow_unused=True)
        assert all(slope is None for slope in strange)


def test_the_swapped_judge_mirrors_where_real_and_generated_part() -> None:
    """The least squares encoder pulls its pairs to the generated ones' target 0, not to -1."""
    swapped = negated(lambda sample: Verdict((torch.tensor([0.0, 0.5, 1.0]),)), 0.5)
    assert swapped(torch.zeros(3)).logits[0].tolist() == [1.0, 0.5, 0.0]
    encoder_loss = ADVERSARIAL["least_squares"].generator
    logits = torch.tensor([0.3], requires_grad=True)
    encoder_loss(1 - logits, logits).backward()
    assert logits.grad.item() == pytest.approx(0.3)


def test_rebuilding_teaches_both() -> None:
    engine = playing(both_ways=False, rebuild=2.0)
    game, (batch,) = engine.game, engine.draw()
    terms = game.pair_loss(batch, Clock())
    assert set(terms) == {"adversarial", "rebuild"}
    z, image = batch.memo["z"], game.generator(batch.memo["z"])
    expected = 2 * (game.encoder(image).mean - z).square().sum(1).mean()
    torch.testing.assert_close(terms["rebuild"], expected)
    for player in (game.generator, game.encoder):
        slopes = torch.autograd.grad(terms["rebuild"], list(player.parameters()), retain_graph=True)
        assert any(slope.any() for slope in slopes)


def test_all_terms_are_reported_and_resuming_is_exact() -> None:
    journal = Journal()
    settings = InferenceSettings(latent=4, critic_steps=2, rebuild=1.0)
    recipe = recipe_of("inference", "concat", Rules("nonsaturating", r1=0.1), game=settings, rounds=6)
    whole, second = resumed("inference", "concat", recipe, 3)
    assert same(snapshot(whole.game), snapshot(second.game))
    engine_of("inference", "concat", recipe, watchers=[journal]).run(1)
    assert [title for title, _ in journal.turns] == ["critic", "critic", "generator+encoder"]
    assert {"adversarial", "encoder", "rebuild"} <= set(journal.turns[-1][1])
    assert "r1" in journal.turns[0][1]


@pytest.mark.parametrize(
    ("rules", "techniques", "name"),
    [
        ({}, {"augment": Ada()}, "techniques.augment"),
        ({}, {"replay": 5}, "techniques.replay"),
        ({}, {"pack": 2}, "techniques.pack"),
        ({}, {"style_mixing": 0.9}, "techniques.style_mixing"),
        ({"consistency_fake": 1.0}, {}, "rules.consistency_fake"),
        ({"reconstruction": 1.0}, {}, "rules.reconstruction"),
    ],
)
def test_what_needs_images_alone_is_refused(rules: dict[str, Any], techniques: dict[str, Any], name: str) -> None:
    recipe = recipe_of("inference", "", Rules(**rules), Techniques(**techniques))
    with pytest.raises(ValueError, match=f"{name} works on images alone"):
        engine_of("inference", "", recipe)


def test_impossible_settings_refuse() -> None:
    assert GAMES["inference"] is InferenceSettings
    with pytest.raises(ValueError, match="the encoder has nothing to learn from"):
        InferenceSettings(both_ways=False)
    with pytest.raises(ValueError, match="rebuild must not be negative"):
        InferenceSettings(rebuild=-1.0)
    with pytest.raises(ValueError, match="this game's critic judges pairs"):
        recipe_of("inference", minibatch=Minibatch(measures=3))


def test_critics_of_the_other_kind_are_refused() -> None:
    pairs = RECIPES["bigan"].make(Facts((3, 16, 16)))
    images = RECIPES["dcgan"].make(Facts((3, 16, 16)))
    with pytest.raises(ValueError, match=r"set networks\.critic\.kind=joint-critic"):
        assemble(assign(pairs, ["networks.critic.kind=dcgan-critic"]), (3, 16, 16), 0)
    with pytest.raises(ValueError, match="this game shows images: choose another critic"):
        assemble(assign(images, ["networks.critic.kind=joint-critic"]), (3, 16, 16), 0)
