"""Noise to image: settings, priors, labels, reuse, and what is refused."""

from __future__ import annotations

import pytest
import torch
from tests.play.arena import Critic, Generator, Journal, play, points, synthesis
from torch import Tensor, nn

from sparring.games import GAMES
from sparring.games.casting import Cast
from sparring.games.synthesis import Synthesis, SynthesisSettings
from sparring.networks.network import Shape
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.settings import from_json, to_json


def test_settings_build_the_game() -> None:
    settings = SynthesisSettings(latent=3, critic_steps=2)
    assert settings.shape((1, 8, 8), 5) == Shape((1, 8, 8), 3, 5)
    assert settings.batches == 2
    networks: dict[str, nn.Module] = {"generator": Generator(), "critic": Critic()}
    optims = {"generator": Optim(lr=1e-4), "critic": Optim("sgd")}
    game = settings.build(Cast(networks, optims, Rules(), Average(), rounds=7))
    assert isinstance(game, Synthesis)
    assert game.players()["generator"].average == Average()
    assert game.players()["critic"].average is None
    assert game.players()["critic"].optim.name == "sgd"
    assert [stage.batches for stage in game.stages()] == [14]
    assert set(settings.networks) == set(networks)
    assert set(settings.players) == set(game.players()) >= set(settings.averaged)


def test_the_registry_knows_it() -> None:
    assert GAMES["synthesis"] is SynthesisSettings
    settings = SynthesisSettings(latent=7, prior="uniform", reuse=False)
    assert from_json(SynthesisSettings, to_json(settings)) == settings


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"latent": 0}, "latent must be at least 1, and is 0"),
        ({"critic_steps": 0}, "critic_steps must be at least 1, and is 0"),
        ({"clip": -0.1}, "clip must not be negative, and is -0.1"),
    ],
)
def test_impossible_settings_refuse(values: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SynthesisSettings(**values)


def noise_of(game: Synthesis, rounds: int = 40) -> Tensor:
    """All z that the generator was given."""
    seen: list[Tensor] = []
    game.generator.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    play(game, points(50), rounds)
    return torch.cat(seen)


def test_priors() -> None:
    normal, uniform = noise_of(synthesis(rounds=40)), noise_of(synthesis(rounds=40, prior="uniform"))
    assert (abs(normal.mean()) < 0.1, abs(normal.std() - 1) < 0.1, normal.max() > 2) == (True,) * 3
    assert (abs(uniform.mean()) < 0.1, uniform.min() >= -1, uniform.max() < 1) == (True,) * 3
    assert abs(uniform.std() - 3**-0.5) < 0.05


@pytest.mark.parametrize(
    ("options", "rules", "forwards"),
    [
        ({}, Rules(), 1),
        ({}, Rules(gp=1.0, lazy=2), 1),
        ({"reuse": False}, Rules(), 2),
        ({"critic_steps": 3}, Rules(), 4),
    ],
)
def test_fakes_are_made_as_often_as_needed(options: dict[str, int], rules: Rules, forwards: int) -> None:
    game, calls = synthesis(rules, 1, **options), []
    game.generator.register_forward_hook(lambda *_: calls.append(1))
    play(game, points())
    assert len(calls) == forwards


def test_a_divided_batch_keeps_no_graphs_and_still_the_same_fakes() -> None:
    """Graphs of all parts at once would take the memory that dividing is to save."""
    game, graphs, made = synthesis(Rules(gp=1.0, lazy=2), 1), [], []
    game.critic.register_forward_hook(lambda *_: graphs.append(max(graphs_in(b) for b in chunks)))
    game.generator.register_forward_hook(lambda module, inputs, output: made.append(output.detach()))
    engine = Engine(game, points(8), accumulate=4)
    chunks = engine.draw()
    for turn in engine.stages[0].turns:
        engine.gradients(turn, chunks)  # nobody steps, so that the generator is the same in both turns
    assert set(graphs) == {0}
    assert len(made) == 8  # once for the critic's turns, once for its own
    assert torch.equal(torch.cat(made[:4]), torch.cat(made[4:]))


def graphs_in(batch: Batch) -> int:
    return sum(kept.requires_grad for kept in batch.memo.values())


def test_fresh_fakes_come_from_fresh_noise() -> None:
    assert len(noise_of(synthesis(rounds=2, reuse=False), 2).unique(dim=0)) == 200
    assert len(noise_of(synthesis(rounds=2, critic_steps=2), 2).unique(dim=0)) == 300


def test_labels_reach_both_networks_and_only_where_there_are_classes() -> None:
    given: list[Tensor | None] = []

    def note(module: nn.Module, inputs: tuple[Tensor | None, ...], output: object) -> None:
        given.append(inputs[1])

    for classes in (0, 3):
        given.clear()
        game = synthesis(rounds=1, classes=classes, conditioning="projection" if classes else "")
        for network in (game.generator, game.critic):
            network.register_forward_hook(note)
        stream = points(8, classes=3)
        play(game, stream)
        label = stream.batch(0).label
        assert len(given) == 4  # fakes; real, fake; fake
        assert all(y is not None and torch.equal(y, label) if classes else y is None for y in given)


def test_an_auxiliary_classifier_is_learned_by_both() -> None:
    journal = Journal()
    rules = Rules("hinge", classes=1.0, classes_fake=0.5, classes_generator=0.1)
    play(synthesis(rules, 2, classes=3, conditioning="auxiliary"), points(classes=3), watchers=[journal])
    assert {"classes", "classes_fake"} < set(journal.of("critic")[0])
    assert "classes" in journal.of("generator")[0]


def test_a_critic_learns_to_tell_and_a_generator_to_fool() -> None:
    """The heart beats: from far away, generated points come to where the data is."""
    game = synthesis(Rules("nonsaturating", r1=0.1), 400, optim=Optim(lr=5e-3, beta1=0.0))
    with torch.no_grad():
        game.generator.last.bias.fill_(6.0)
    play(game, points(64))
    with torch.no_grad():
        fakes = game.generator(torch.randn(500, 3))
    assert fakes.mean(0).norm() < 1.0


def test_scenes_hide_the_fakes_graph() -> None:
    game = synthesis()
    batch = points().batch(0)
    scene = game.scene(batch, Clock())
    assert isinstance(scene.fake, Tensor)
    assert not scene.fake.requires_grad
    assert batch.memo["fake"].requires_grad
    game.generator_loss(batch, Clock())
    assert "fake" not in batch.memo
