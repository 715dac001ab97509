"""Every setting that the techniques page names exists in some recipe, and recipes that use it play."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from sparring.networks import NETWORKS
from sparring.play.engine import Engine
from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.run.pace import Noise
from sparring.settings import assign, paths, to_json

PAGE = Path(__file__).resolve().parents[2] / "docs" / "techniques.md"
ROOMS = ("techniques", "minibatch", "networks", "rules", "game", "optims", "average", "train")
SMALL = ("networks.generator.width=4", "networks.critic.width=4", "train.batch=8", "train.images=16")


def known() -> set[str]:
    """All paths of all recipes, with the settings of every network and augmentation."""
    found = set[str]()
    for name in RECIPES:
        for facts in (Facts((3, 64, 64), 3, 100), Facts((2,))):
            found |= set(paths(to_json(RECIPES[name].make(facts))))
    for kind in NETWORKS:
        role = next((role for role in ("generator", "critic") if role in kind), "encoder")
        found |= {f"networks.{role}.{field}" for field in to_json(NETWORKS[kind]())}
    ada = assign(RECIPES["dcgan"].make(Facts()), ["techniques.augment.kind=ada"])
    return found | set(paths(to_json(ada)))


def test_the_page_names_settings_that_exist() -> None:
    told = set(re.findall(r"`([a-z]+(?:\.[a-z_0-9]+)+)", PAGE.read_text("utf-8")))
    told = {name for name in told if name.split(".")[0] in ROOMS}
    assert len(told) > 40
    assert not told - known()


def test_the_page_names_every_technique() -> None:
    text = PAGE.read_text("utf-8")
    recipe = RECIPES["dcgan"].make(Facts())
    missing = [name for name in to_json(recipe.techniques) if not re.search(rf"[`.]{name}\b", text)]
    rules = [name for name in to_json(recipe.rules) if not re.search(rf"[`.]{name}\b", text)]
    assert not missing + rules


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("dcgan", ("networks.critic.noise=0.5", "networks.critic.dropout=0.3")),
        ("dcgan", ("networks.generator.noise=0.1", "networks.generator.dropout=0.5")),
        ("resnet-hinge", ("networks.critic.noise=0.5", "networks.critic.dropout=0.3")),
        ("resnet-hinge", ("networks.generator.noise=0.1", "networks.generator.dropout=0.5")),
        ("dcgan-dense", ("networks.generator.dropout=0.5", "networks.critic.noise=0.2")),
        ("dcgan", ("rules.targets.real=[0.7,1.2]", "rules.targets.fake=[0,0.1]", "rules.targets.flip=0.05")),
        ("dcgan", ("optims.critic.name=sgd", "optims.critic.lr=0.01", "optims.critic.clip_norm=1")),
        ("dcgan", ("game.warmup_rounds=1", "game.warmup_critic_steps=2")),
        ("dcgan", ("techniques.augment.kind=ada", "techniques.augment.start=0.5")),
        ("sagan", ("networks.generator.attention=[8]", "networks.critic.attention=[8]")),
    ],
)
def test_they_play(name: str, changes: tuple[str, ...]) -> None:
    facts = Facts((3, 16, 16), 0, 100)
    recipe = assign(RECIPES[name].make(facts), [*SMALL, *changes])
    engine = Engine(game := assemble(recipe, facts.shape, 0), Noise(facts, 8, torch.device("cpu")))
    engine.run()
    assert engine.over
    assert all(parameter.isfinite().all() for parameter in game.parameters())


@pytest.mark.parametrize("name", ["dcgan", "resnet-hinge", "dcgan-dense"])
def test_dropout_in_a_generator_lasts_and_in_a_critic_it_does_not(name: str) -> None:
    facts = Facts((3, 16, 16), 0, 100)
    changes = [*SMALL, "networks.generator.dropout=0.5", "networks.critic.dropout=0.5", "networks.critic.noise=0.5"]
    recipe = assign(RECIPES[name].make(facts), changes)
    game = assemble(recipe, facts.shape, 0)
    with torch.no_grad():
        game.train()
        z = torch.randn(8, recipe.game.latent)
        assert not torch.equal(game.generator(z), game.generator(z))
        x = torch.randn(8, 3, 16, 16)
        assert not torch.equal(game.critic(x).score, game.critic(x).score)
        game.eval()
        assert not torch.equal(game.generator(z), game.generator(z))
        assert torch.equal(game.critic(x).score, game.critic(x).score)
