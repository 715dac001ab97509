"""VAE-GAN and its kin: who learns from what."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.games.small import BATCH, CASES, engine_of, recipe_of, resumed
from tests.play.arena import same, snapshot
from torch import Tensor, nn

from sparring.games import GAMES
from sparring.games.autoencoding import AutoencodingSettings
from sparring.networks import NETWORKS
from sparring.play.engine import Engine
from sparring.play.game import Clock
from sparring.play.rules import Rules
from sparring.techniques.settings import Techniques


def playing(rules: Rules = Rules(), **game: Any) -> Engine:  # noqa: B008 - frozen
    torch.manual_seed(0)
    settings = AutoencodingSettings(**({"latent": 4} | game))
    return engine_of("autoencoding", "", recipe_of("autoencoding", "", rules, game=settings))


def weights(network: nn.Module) -> Tensor:
    """All that learns; batch statistics follow whoever is looked at."""
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_only_those_who_act_move() -> None:
    engine = playing()
    chunks, names = engine.draw(), ("encoder", "generator", "critic")
    for turn in engine.stages[0].turns:
        before = {name: weights(getattr(engine.game, name)) for name in names}
        engine.step(turn, engine.gradients(turn, chunks))
        moved = {name for name in names if not torch.equal(before[name], weights(getattr(engine.game, name)))}
        assert moved == set(turn.players)
    assert [turn.players[0] for turn in engine.stages[0].turns] == ["critic", "encoder", "generator"]


def test_no_adversarial_gradient_reaches_the_encoder_and_no_reconstruction_the_critic() -> None:
    engine = playing()
    game, (batch,) = engine.game, engine.draw()
    encoder, critic = (list(network.parameters()) for network in (game.encoder, game.critic))
    fakes = game.fakes(batch)
    assert all(slope is None for slope in torch.autograd.grad(fakes.sum(), encoder, allow_unused=True))
    assert set(game.encoder_loss(batch, Clock())) == {"divergence", "rebuild"}
    judged = game.court.turns(game.scene)[0].loss(batch, Clock())
    assert set(judged) == {"adversarial"}
    slopes = torch.autograd.grad(judged["adversarial"], [*encoder, *critic], allow_unused=True)
    assert all(slope is None for slope in slopes[: len(encoder)])
    assert any(slope is not None for slope in slopes[len(encoder) :])
    assert set(game.generator_loss(batch, Clock())) == {"adversarial", "rebuild"}


def test_half_of_the_fakes_are_reconstructions() -> None:
    engine = playing()
    game, (batch,) = engine.game, engine.draw()
    given = list[Tensor]()
    game.generator.register_forward_hook(lambda module, inputs, output: given.append(inputs[0].detach()))
    torch.manual_seed(5)
    code = game.encoder(batch.image).sample()
    torch.manual_seed(5)
    assert len(game.fakes(batch)) == BATCH
    torch.testing.assert_close(given[0][: BATCH // 2], code[: BATCH // 2])
    assert not torch.equal(given[0][BATCH // 2 :], code[BATCH // 2 :])


@pytest.mark.parametrize("space", ["features", "pixels"])
def test_the_difference_is_half_the_squared_distance(space: str) -> None:
    game = playing(space=space, rebuild=0.5, divergence=3.0).game.eval()
    batch = engine_batch()
    code = torch.randn(BATCH, 4)
    made = game.generator(code)
    one, other = batch.image, made
    if space == "features":
        one, other = (game.critic(image).features[2] for image in (one, other))
    expected = (one - other).square().flatten(1).sum(1).mean() / 2
    torch.testing.assert_close(game.difference(batch, code, None), expected)
    terms = game.encoder_loss(batch, Clock())
    torch.testing.assert_close(terms["divergence"], 3 * game.encoder(batch.image).divergence())


def engine_batch() -> Any:
    return playing().feed.batch(0)


def test_resuming_is_exact() -> None:
    recipe = recipe_of("autoencoding", "projection", Rules("hinge", r1=0.1, lazy=2), rounds=6)
    whole, second = resumed("autoencoding", "projection", recipe, 3)
    assert same(snapshot(whole.game), snapshot(second.game))


@pytest.mark.parametrize(
    ("techniques", "game", "sentence"),
    [
        ({"diversity": 1.0}, {}, "techniques.diversity compares fakes from noise"),
        ({"pack": 2}, {}, "techniques.pack joins samples of one kind"),
        ({}, {"layer": 9}, r"layer is 9, and this critic shows features 0 to \d only"),
    ],
)
def test_impossible_plays_refuse(techniques: dict[str, Any], game: dict[str, Any], sentence: str) -> None:
    settings = AutoencodingSettings(**({"latent": 4} | game))
    recipe = recipe_of("autoencoding", "", techniques=Techniques(**techniques), game=settings)
    with pytest.raises(ValueError, match=sentence):
        engine_of("autoencoding", "", recipe)


def test_an_encoder_must_say_a_gaussian() -> None:
    networks = {role: NETWORKS[kind](**given) for role, (kind, given) in CASES["autoencoding"].networks.items()}
    networks["encoder"] = NETWORKS["encoder"](width=4)
    with pytest.raises(ValueError, match=r"set networks\.encoder\.stochastic=true"):
        engine_of("autoencoding", "", recipe_of("autoencoding", networks=networks))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prior": "uniform"}, "needs the normal prior"),
        ({"rebuild": -1.0}, "rebuild must not be negative"),
        ({"layer": -1}, "layer must not be negative"),
        ({"latent": 0}, "latent must be at least 1"),
    ],
)
def test_impossible_settings_refuse(values: dict[str, Any], sentence: str) -> None:
    assert GAMES["autoencoding"] is AutoencodingSettings
    with pytest.raises(ValueError, match=sentence):
        AutoencodingSettings(**values)
