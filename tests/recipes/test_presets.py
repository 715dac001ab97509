"""Every recipe builds, plays, and is what its paper says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
import torch

from sparring.cite import bibliography
from sparring.play.engine import Engine
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.recipes.assemble import assemble
from sparring.recipes.choose import sided
from sparring.run.pace import Noise
from sparring.settings import assign, from_json, to_json

BASE = [name for name in RECIPES if not name.endswith("-toy")]
SMALLEST = {"fastgan": 32, "projected": 32, "spade": 32, "starganv2": 32}
"""Pixels; 16 for all others."""
SMALL = {"width": 16, "widest": 16, "style": 16, "mapping_depth": 1, "side": 64, "depth": 1}
ONE = {f"{kind}-generator": {"width": 8, "blocks": 1} for kind in ("cyclegan", "pix2pixhd", "ugatit", "stargan")}
OWN: dict[str, dict[str, int]] = {**ONE, "spade-generator": {"width": 2}, "unet-generator": {"width": 8, "depth": 4}}
WITHOUT_LABELS, WITH_LABELS = ("pacgan",), ("stargan", "starganv2")


def narrow(recipe: Recipe) -> Recipe:
    """The same recipe with small networks and three rounds of eight, to be played in a test."""
    changes = ["train.batch=8", f"train.images={3 * 8 * recipe.game.batches}"]
    for role, network in to_json(recipe)["networks"].items():
        small = SMALL | OWN.get(network["kind"], {})
        changes += [f"networks.{role}.{field}={size}" for field, size in small.items() if field in network]
        changes += [f"networks.{role}.unet.width=8"] * ("unet" in network)
        changes += [f"networks.{role}.widths=[16,16]"] * network["kind"].startswith("mlp")
    changes += ["game.warmup_critic_steps=2"] * ("warmup_critic_steps" in to_json(recipe.game))
    changes += ["game.warmup_rounds=1"] * (recipe.game.kind == "drawing")
    return assign(recipe, changes)


@pytest.mark.parametrize("name", BASE)
@pytest.mark.parametrize("classes", [0, 3])
def test_plays_three_rounds_and_all_players_move(name: str, classes: int) -> None:
    size = SMALLEST.get(name, 16)
    facts = Facts((3, size, size), classes, 100)
    recipe = narrow(RECIPES[name].make(facts))
    if name in (WITHOUT_LABELS if classes else WITH_LABELS):
        with pytest.raises(ValueError, match="label"):
            assemble(recipe, facts.shape, classes)
        return
    game = assemble(recipe, facts.shape, classes)
    before = {name: parameter.detach().clone() for name, parameter in game.named_parameters()}
    source = (recipe.game.shape(facts.shape, classes).source or facts.shape) if "source" in game.needs else ()
    engine = Engine(game, Noise(facts, 8, torch.device("cpu"), source))
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
    told = [preset.family, preset.line, preset.needs, preset.when, preset.paper, preset.differs]
    assert all(told[:-1])
    assert not any("\n" in text or text.endswith(".") for text in told)
    assert preset.cite in bibliography()


@pytest.mark.parametrize("name", BASE)
def test_has_a_toy_that_brings_its_data(name: str) -> None:
    data = RECIPES[f"{name}-toy"].make(Facts()).data
    assert data.spec.startswith("builtin:")
    assert not (data.flip and sided(data.spec))


@dataclass(frozen=True)
class Published:
    """What a paper or its code says."""

    facts: Facts
    adversarial: str
    penalties: dict[str, float]
    rates: tuple[float, float]  # of generator and critic
    betas: tuple[float, float]
    steps: int
    batch: int
    parameters: dict[str, int] = field(default_factory=dict)  # of the networks, by role


def at(size: int, classes: int = 0) -> Facts:
    return Facts((3, size, size), classes)


PUBLISHED = {
    "dcgan": Published(
        at(64), "nonsaturating", {}, (2e-4, 2e-4), (0.5, 0.999), 1, 128, {"generator": 3_576_704, "critic": 2_765_568}
    ),
    "wgan": Published(at(64), "wasserstein", {}, (5e-5, 5e-5), (0.5, 0.999), 5, 64),
    "wgan-gp": Published(at(32), "wasserstein", {"gp": 10}, (1e-4, 1e-4), (0.0, 0.9), 5, 64),
    "gan-stability": Published(at(128), "nonsaturating", {"r1": 20}, (1e-4, 1e-4), (0.5, 0.999), 1, 64),
    "dragan": Published(at(32), "nonsaturating", {"dragan": 10}, (1e-4, 1e-4), (0.5, 0.9), 1, 64),
    "lsgan": Published(at(64), "least_squares", {}, (2e-4, 2e-4), (0.5, 0.999), 1, 128),
    "consistency": Published(
        at(32), "hinge", {"consistency": 10, "consistency_fake": 10}, (1e-4, 4e-4), (0.0, 0.9), 1, 64
    ),
    "sngan": Published(
        at(32), "hinge", {}, (2e-4, 2e-4), (0.0, 0.9), 5, 64, {"generator": 4_276_739, "critic": 1_053_824}
    ),
    "sngan-projection": Published(
        at(32, 10), "hinge", {}, (2e-4, 2e-4), (0.0, 0.9), 5, 64, {"generator": 4_304_387, "critic": 1_055_104}
    ),
    "sagan": Published(at(128, 1000), "hinge", {}, (1e-4, 4e-4), (0.0, 0.9), 1, 256),
    "biggan": Published(
        at(128, 1000), "hinge", {}, (1e-4, 4e-4), (0.0, 0.999), 1, 256,
        {"generator": 70_433_988, "critic": 87_982_370},
    ),
    "biggan-deep": Published(
        at(128, 1000), "hinge", {}, (1e-4, 4e-4), (0.0, 0.999), 1, 256,
        {"generator": 50_244_484, "critic": 34_590_210},
    ),
    "progan": Published(
        at(1024), "wasserstein", {"gp": 10}, (1e-3, 1e-3), (0.0, 0.99), 1, 16,
        {"generator": 23_079_115, "critic": 23_087_249},
    ),
    "stylegan": Published(
        at(1024), "nonsaturating", {"r1": 10}, (1e-3, 1e-3), (0.0, 0.99), 1, 32, {"generator": 26_219_627}
    ),
    "r3gan": Published(
        at(64), "relativistic", {"r1": 2, "r2": 2}, (2e-4, 2e-4), (0.0, 0.99), 1, 256,
        {"generator": 22_429_824, "critic": 22_381_440},
    ),
    "fastgan": Published(
        at(256), "random_hinge", {}, (2e-4, 2e-4), (0.5, 0.999), 1, 8, {"generator": 105_684_175}
    ),
    "projected": Published(at(256), "hinge", {}, (2e-4, 2e-4), (0.0, 0.99), 1, 64),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_is_as_published(name: str) -> None:
    paper = PUBLISHED[name]
    recipe = RECIPES[name].make(paper.facts)
    assert recipe.rules.adversarial == paper.adversarial
    assert recipe.rules.penalties == paper.penalties
    assert (recipe.optims["generator"].lr, recipe.optims["critic"].lr) == paper.rates
    assert {(optim.beta1, optim.beta2) for optim in recipe.optims.values()} == {paper.betas}
    assert (recipe.game.critic_steps, recipe.train.batch) == (paper.steps, paper.batch)
    assert paper.parameters == {role: parameters(recipe, role, paper.facts) for role in paper.parameters}


def parameters(recipe: Recipe, role: str, facts: Facts) -> int:
    """How many numbers of a network learn."""
    with torch.device("meta"):  # no memory, no arithmetic
        network = recipe.networks[role].build(recipe.game.shape(facts.shape, facts.classes))
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


@pytest.mark.parametrize(("size", "width", "gamma"), [(256, 64, 0.4096), (512, 64, 1.6384), (1024, 32, 6.5536)])
def test_stylegan2_follows_the_resolution_as_the_authors_do(size: int, width: int, gamma: float) -> None:
    recipe = RECIPES["stylegan2"].make(at(size))
    assert recipe.networks["generator"].width == recipe.networks["critic"].width == width
    assert recipe.rules.r1 == pytest.approx(gamma)
    assert (recipe.rules.lazy, recipe.techniques.path_length, recipe.techniques.style_mixing) == (16, 2, 0.9)


@pytest.mark.parametrize(("name", "count"), [("stylegan3", 22_313_167), ("stylegan3-r", 15_093_151)])
def test_stylegan3_has_its_published_size(name: str, count: int) -> None:
    recipe = RECIPES[name].make(at(1024))
    assert parameters(recipe, "generator", at(1024)) == count
    assert recipe.rules.r1 == pytest.approx(32.8, rel=0.03)
    assert not recipe.techniques.path_length


def test_lazy_adam_forgets_as_fast_as_without() -> None:
    """Sixteen rounds hold seventeen updates of the critic, and five in four of the generator."""
    recipe = RECIPES["stylegan2"].make(at(256))
    for player, every in (("generator", 4), ("critic", 16)):
        optim = recipe.optims[player]
        assert optim.lr * (every + 1) / every == pytest.approx(0.0025)
        assert optim.beta2 ** ((every + 1) / every) == pytest.approx(0.99)


ABOUT = {
    "replay": ("techniques.replay", 1000),
    "msgan": ("techniques.diversity", 1),
    "topk": ("techniques.top_k", 0.5),
    "label-smoothing": ("rules.targets.flip", 0.05),
    "lecam": ("rules.lecam", 0.3),
    "vaegan": ("game.space", "features"),
    "kl-gan": ("game.space", "pixels"),
}


@pytest.mark.parametrize("name", ABOUT)
def test_has_switched_on_what_it_is_about(name: str) -> None:
    path, value = ABOUT[name]
    found = to_json(RECIPES[name].make(Facts()))
    for part in path.split("."):
        found = found[part]
    assert found == value


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
