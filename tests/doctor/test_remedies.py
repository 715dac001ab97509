from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from sparring.doctor.case import Setup
from sparring.doctor.remedies import REMEDIES, prescribed
from sparring.doctor.setups import setup_of
from sparring.play.engine import Engine
from sparring.play.rules import Rules
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.recipes.assemble import assemble
from sparring.run.pace import Noise
from sparring.settings import assign

from ..recipes.test_presets import BASE, SMALLEST, WITH_LABELS, WITHOUT_LABELS, narrow

POINTS = Facts((2,))
QUICK = ("gan", "wgan", "wgan-gp", "dcgan", "r3gan")


def setup(name: str, facts: Facts, *changes: str) -> Setup:
    recipe = assign(narrow(RECIPES[name].make(facts)), changes)
    return setup_of(recipe, facts)


def changes(remedy: str, case: Setup) -> tuple[str, ...] | None:
    found = REMEDIES[remedy](case)
    return found and found.changes


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in BASE])
@pytest.mark.parametrize("labelled", [False, True])
def test_every_remedy_leads_to_a_recipe_that_can_be_played(name: str, labelled: bool) -> None:
    size = SMALLEST.get(name, 16)
    told = name in WITH_LABELS or (labelled and name not in WITHOUT_LABELS)
    facts = Facts((3, size, size), 3 if told else 0, 100)
    if labelled and name in QUICK:
        facts = POINTS
    case = setup(name, facts)
    assert case.recipe
    made = 0
    for remedy in prescribed(REMEDIES, case):
        changed = assign(case.recipe, remedy.changes)
        assert (changed != case.recipe) == bool(remedy.changes), remedy.name
        if remedy.changes:
            made += 1
            seen = replace(facts, classes=0) if remedy.name == "no-labels" else facts
            game = assemble(changed, seen.shape, seen.classes)
            source = changed.game.shape(seen.shape, seen.classes).source or seen.shape if "source" in game.needs else ()
            noise = Noise(seen, changed.train.batch, torch.device("cpu"), source)
            Engine(game, noise, accumulate=changed.train.accumulate)
    assert made >= 8


def test_own_settings_let_a_dwarfed_critic_grow() -> None:
    wide, tiny = "networks.generator.widths=[64,64]", "networks.critic.widths=[8]"
    grown = "networks.critic.widths=[64, 64]"
    assert grown in (changes("own-settings", setup("gan", POINTS, wide, tiny)) or ())
    assert grown not in (changes("own-settings", setup("gan", POINTS, wide, "networks.critic.widths=[32,32]")) or ())
    thin = setup("dcgan", Facts((3, 16, 16)), "networks.generator.width=64", "networks.critic.width=8")
    assert "networks.critic.width=64" in (changes("own-settings", thin) or ())


@pytest.mark.parametrize("name", REMEDIES)
def test_a_loop_of_others_gets_words_and_no_settings(name: str) -> None:
    remedy = REMEDIES[name](Setup(adversarial="nonsaturating", rounds=1000, batch=64))
    assert remedy is None or (not remedy.changes and remedy.sentence.endswith("."))
    assert remedy is None or "{" not in remedy.sentence


def test_what_is_on_already_is_not_prescribed() -> None:
    assert changes("r1", setup("gan", POINTS)) is None
    assert changes("wgan-gp", setup("wgan-gp", POINTS)) is None
    assert changes("spectral-norm", setup("sngan", POINTS)) is None
    assert changes("nonsaturating", setup("gan", POINTS)) is None
    assert changes("ema", setup("gan", POINTS)) is None
    assert changes("no-labels", setup("gan", POINTS)) is None


def test_penalties_need_a_critic_that_judges_one_by_one() -> None:
    batch_norm = setup("dcgan", Facts((3, 16, 16)))
    for name in ("wgan-gp", "spectral-norm", "relativistic-r1-r2"):
        assert changes(name, batch_norm) is None
    assert changes("no-batch-norm-in-critic", batch_norm)
    assert changes("r1", batch_norm) == ("rules.r1=0.1",)  # as in dcgan-r1


def test_r1_grows_with_the_images() -> None:
    weights = []
    for size in (32, 64, 256):
        recipe = RECIPES["dcgan"].make(Facts((3, size, size)))
        case = Setup(adversarial="nonsaturating", recipe=assign(recipe, [f"data.size={size}"]))
        found = changes("r1", case)
        assert found
        weights.append(float(found[-1].split("=")[1]))
    assert weights == [0.1, 0.4, 6.4]


def test_labels_are_smoothed_only_where_there_are_any() -> None:
    assert changes("label-smoothing", setup("gan", POINTS)) == ("rules.targets.real=[0.9, 0.9]",)
    assert changes("label-smoothing", setup("wgan-gp", POINTS)) is None


def test_a_rate_far_off_goes_to_the_other_players_at_once() -> None:
    fast = setup("gan", POINTS, "optims.generator.lr=0.02")
    assert changes("lower-generator-rate", fast) == ("optims.generator.lr=0.001",)
    slow = setup("gan", POINTS, "optims.critic.lr=1e-6", "optims.generator.lr=4e-4")
    assert changes("raise-critic-rate", slow) == ("optims.critic.lr=0.0004",)


def test_default_rates_are_the_presets_own() -> None:
    case = setup("gan", POINTS, "optims.critic.lr=0.5", "optims.critic.beta1=0.9", "game.critic_steps=5")
    assert case.recipe
    changed, preset = assign(case.recipe, changes("default-rates", case) or ()), RECIPES["gan"].make(POINTS)
    assert changed.optims == preset.optims
    assert changed.game.batches == 1


def test_own_settings_are_all_that_were_tried_together() -> None:
    case = setup("gan", POINTS, "optims.critic.lr=0.5", "rules.adversarial=minimax", "rules.r1=0", "game.clip=0.1")
    assert case.recipe
    changed, preset = assign(case.recipe, changes("own-settings", case) or ()), RECIPES["gan"].make(POINTS)
    assert (changed.optims, changed.rules, changed.game.batches) == (preset.optims, preset.rules, 1)
    assert "game.clip=0.0" in (changes("own-settings", case) or ())
    assert changes("own-settings", setup("gan", POINTS)) is None


def test_the_same_settings_are_prescribed_once() -> None:
    fast = setup("gan", POINTS, "optims.critic.lr=0.5")
    assert changes("own-settings", fast) == changes("default-rates", fast)
    names = [remedy.name for remedy in prescribed(("default-rates", "own-settings", "code-fix", "data-fix"), fast)]
    assert names == ["default-rates", "code-fix", "data-fix"]


def test_a_wasserstein_critic_keeps_its_steps_and_its_name() -> None:
    case = setup("wgan-gp", POINTS)
    assert case.critic_steps > 1
    assert changes("fewer-critic-steps", case) is None
    remedy = REMEDIES["lower-critic-rate"](case)
    assert remedy
    assert "critic" in remedy.sentence


def test_another_loss_leaves_out_what_it_cannot_have() -> None:
    recipe = Recipe(
        name="small",
        networks=RECIPES["gan"].make(POINTS).networks,
        optims=RECIPES["gan"].make(POINTS).optims,
        rules=Rules("nonsaturating", lecam=0.3),
    )
    case = setup_of(assign(recipe, ["rules.targets.real=[0.9, 0.9]"]), POINTS)
    assert case.recipe
    changed = assign(case.recipe, changes("relativistic-r1-r2", case) or ())
    assert changed.rules.adversarial == "relativistic"
    assert not changed.rules.softened
    assert not changed.rules.lecam
