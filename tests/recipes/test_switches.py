"""What is on, and the recipe without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sparring.cite import cited
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.recipes.citing import names_of
from sparring.recipes.switches import switches
from sparring.settings import assign, to_json

FACTS = Facts((3, 32, 32))


def made(*changes: str, name: str = "resnet-hinge") -> Recipe:
    return assign(RECIPES[name].make(FACTS), changes)


def flat(data: dict[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in data.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def differences(one: Recipe, other: Recipe) -> set[str]:
    ours, theirs = flat(to_json(one)), flat(to_json(other))
    return {path for path in {*ours, *theirs} if ours.get(path) != theirs.get(path)}


def test_strong_default_has_these_on() -> None:
    assert list(switches(made(), FACTS)) == ["spectral_norm", "ttur", "ema", "flip"]


@pytest.mark.parametrize(
    ("name", "changes", "paths"),
    [
        ("r1", ("rules.r1=10",), {"rules.r1"}),
        ("gp", ("rules.gp=10", "rules.lazy=4"), {"rules.gp"}),
        ("lecam", ("rules.lecam=0.3", "rules.lecam_warmup=5"), {"rules.lecam"}),
        ("drift", ("rules.drift=0.001",), {"rules.drift"}),
        ("anneal", ("rules.r1=1", "rules.anneal=0.1", "rules.anneal_end=0.5"), {"rules.anneal"}),
        ("targets", ("rules.adversarial=nonsaturating", "rules.targets.real=[0.9,0.9]"), {"rules.targets.real"}),
        ("spectral_norm", (), {"spectral_norm"}),
        ("virtual_norm", ('virtual_norm=["generator"]',), {"virtual_norm"}),
        ("minibatch", ("minibatch.measures=20", "minibatch.length=7"), {"minibatch.measures", "minibatch.length"}),
        ("ema", (), {"average.half_life_images"}),
        ("ttur", (), {"optims.critic.lr"}),
        ("schedule", ("optims.critic.schedule=cosine",), {"optims.critic.schedule"}),
        ("critic_steps", ("game.critic_steps=5",), {"game.critic_steps"}),
        ("clip", ("game.clip=0.01",), {"game.clip"}),
        ("flip", (), {"data.flip"}),
        ("noise", ("techniques.noise=0.1", "techniques.noise_end=0.5"), {"techniques.noise"}),
        ("pack", ("techniques.pack=2",), {"techniques.pack"}),
        ("replay", ("techniques.replay=50", "techniques.replay_share=0.3"), {"techniques.replay"}),
        ("unroll", ("techniques.unroll=5", "techniques.unroll_rule=adam"), {"techniques.unroll"}),
        ("top_k", ("techniques.top_k=0.5", "techniques.top_k_start=0.2"), {"techniques.top_k"}),
        ("path_length", ("techniques.path_length=2",), {"techniques.path_length"}),
    ],
)
def test_switch_changes_nothing_else(name: str, changes: tuple[str, ...], paths: set[str]) -> None:
    whole = made(*changes)
    on = switches(whole, FACTS)
    assert differences(whole, on[name]) == paths
    assert name not in switches(on[name], FACTS)


@pytest.mark.parametrize("kind", ["diffaugment", "ada"])
def test_augmentation_goes_as_a_whole(kind: str) -> None:
    whole = made(f"techniques.augment.kind={kind}")
    assert switches(whole, FACTS)["augment"].techniques.augment.kind == "none"


def test_details_alone_are_no_technique() -> None:
    whole = made("techniques.noise_end=0.5", "rules.lecam_warmup=7", "rules.anneal_end=0.5", "rules.lazy=4")
    assert list(switches(whole, FACTS)) == list(switches(made(), FACTS))


def test_data_decides_about_labels_and_flips() -> None:
    recipe = made()
    assert switches(recipe, replace(FACTS, classes=3))["labels"].data.labels == "none"
    assert not {"labels", "flip"} & set(switches(recipe, Facts((2,))))


def test_two_learning_rates_become_the_generators() -> None:
    without = switches(made(), FACTS)["ttur"]
    assert {optim.lr for optim in without.optims.values()} == {1e-4}


def test_citations_in_reading_order() -> None:
    recipe = made("rules.r1=1", "rules.lazy=16", "techniques.augment.kind=ada", "techniques.pack=2")
    keys = cited(names_of(recipe, replace(FACTS, classes=3)))
    assert keys[:2] == ("miyato2018spectral", "lim2017geometric")
    assert keys[-1] == "kingma2015adam"
    expected = {"miyato2018cgans", "mescheder2018which", "karras2020analyzing", "karras2020training", "lin2018pacgan"}
    assert expected <= set(keys)
    assert len(keys) == len(set(keys))


def test_what_is_off_is_not_cited() -> None:
    keys = cited(names_of(RECIPES["dcgan"].make(FACTS), FACTS))
    assert keys == ("radford2016unsupervised", "goodfellow2014generative", "kingma2015adam")
