"""Every recipe builds, plays, and is what its paper says."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from sparring.play.engine import Engine
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.recipes.assemble import assemble
from sparring.run.pace import Noise
from sparring.settings import assign, from_json, to_json


BASE = [name for name in RECIPES if not name.endswith("-toy")]
SMALLEST = {"fastgan": 32, "projected": 32}
"""Pixels; 16 for all others."""
SMALL = {"width": 16, "widest": 16, "style": 16, "mapping_depth": 1, "side": 64, "depth": 1}
WITHOUT_LABELS = ("pacgan",)


def narrow(recipe: Recipe) -> Recipe:
    """The same recipe with small networks and three rounds of eight, to be played in a test."""
    changes = ["train.batch=8", f"train.images={3 * 8 * recipe.game.batches}"]
    for role, network in to_json(recipe)["networks"].items():
        changes += [f"networks.{role}.{field}={size}" for field, size in SMALL.items() if field in network]
        changes += [f"networks.{role}.widths=[16,16]"] * network["kind"].startswith("mlp")
    changes += ["game.warmup_critic_steps=2"] * ("warmup_critic_steps" in to_json(recipe.game))
    return assign(recipe, changes)


@pytest.mark.parametrize("name", BASE)
@pytest.mark.parametrize("classes", [0, 3])
def test_plays_three_rounds_and_all_players_move(name: str, classes: int) -> None:
    size = SMALLEST.get(name, 16)
    facts = Facts((3, size, size), classes, 100)
    recipe = narrow(RECIPES[name].make(facts))
    if classes and name in WITHOUT_LABELS:
        with pytest.raises(ValueError, match="label"):
            assemble(recipe, facts.shape, classes)
        return
    game = assemble(recipe, facts.shape, classes)
    before = {name: parameter.detach().clone() for name, parameter in game.named_parameters()}
    engine = Engine(game, Noise(facts, 8, torch.device("cpu")))
    engine.run()
    assert engine.over
    moved = {name.split(".")[0] for name, p in game.named_parameters() if not torch.equal(p, before[name])}
    assert moved == set(recipe.game.players)
    assert all(torch.isfinite(parameter).all() for parameter in game.parameters())


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("facts", [Facts(), Facts((1, 28, 28), 10, 5000), Facts((2,))])
def test_survives_json_and_knows_its_name(name: str, facts: Facts) -> None:
    recipe = RECIPES[name].make(facts)
    assert from_json(Recipe, to_json(recipe)) == recipe
    assert recipe.name == name


@pytest.mark.parametrize("name", RECIPES)
def test_is_told_about(name: str) -> None:
    preset = RECIPES[name]
    assert all([preset.family, preset.line, preset.needs, preset.when, preset.paper, preset.cite])
    assert not preset.line.endswith(".")


def test_every_recipe_has_a_toy_that_brings_its_data() -> None:
    for name in RECIPES:
        toy = name if name.endswith("-toy") else f"{name}-toy"
        assert RECIPES[toy].make(Facts()).data.spec.startswith("builtin:")


def test_toys_that_show_writing_do_not_mirror_it() -> None:
    for name in ("dcgan-toy", "dcgan-dense-toy"):
        assert not RECIPES[name].make(Facts()).data.flip


def test_dcgan_is_as_published() -> None:
    facts = Facts((3, 64, 64))
    recipe = RECIPES["dcgan"].make(facts)
    for player in ("generator", "critic"):
        optim = recipe.optims[player]
        assert (optim.name, optim.lr, optim.beta1, optim.beta2) == ("adam", 2e-4, 0.5, 0.999)
    assert (recipe.game.latent, recipe.game.prior, recipe.train.batch) == (100, "uniform", 128)
    assert not recipe.rules.penalties
    assert not recipe.spectral_norm
    assert not recipe.average.half_life_images
    game = assemble(recipe, facts.shape, 0)
    counts = {role: sum(p.numel() for p in getattr(game, role).parameters()) for role in ("generator", "critic")}
    assert counts == {"generator": 3_576_704, "critic": 2_765_568}


def test_resnet_hinge_bounds_its_critic_and_averages_its_generator() -> None:
    recipe = RECIPES["resnet-hinge"].make(Facts((3, 32, 32)))
    assert recipe.spectral_norm == ("critic",)
    assert recipe.rules.adversarial == "hinge"
    assert recipe.average.half_life_images > 0
    assert {(optim.beta1, optim.beta2) for optim in recipe.optims.values()} == {(0.0, 0.9)}
    assert recipe.optims["critic"].lr > recipe.optims["generator"].lr


def test_gan_on_points_pays_r1() -> None:
    assert RECIPES["gan"].make(Facts((2,))).rules.penalties == {"r1": 0.1}
    assert not RECIPES["gan"].make(Facts((1, 28, 28))).rules.penalties


def test_unknown_recipe_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no recipe 'dcgam'\. Did you mean 'dcgan'"):
        RECIPES["dcgam"]


def test_presets_do_not_share_state() -> None:
    first = RECIPES["dcgan"].make(Facts())
    assert replace(first) == RECIPES["dcgan"].make(Facts())
