"""Rules as settings: what they refuse, how they are written down, how they fade."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Referee, Rules
from sparring.play.scene import Scene, Verdict
from sparring.play.targets import LABELLED, Targets, softened
from sparring.recipes import RECIPES, Facts
from sparring.recipes.recipe import Recipe
from sparring.settings import assign, from_json, schema, to_json


def points(images: int) -> Recipe:
    """The first GAN on points, for so many of them."""
    return assign(RECIPES["gan"].make(Facts((2,))), [f"train.images={images}"])


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"adversarial": "hinged"}, "there is no adversarial loss 'hinged'; known: minimax, nonsaturating"),
        ({"lazy": 0}, "lazy counts rounds and must be at least 1, and is 0"),
        ({"r1": -1.0}, "r1 must not be negative, and is -1.0"),
        ({"feature_matching": -1.0}, "feature_matching must not be negative, and is -1.0"),
        ({"anneal": 0.0}, "anneal is a share above 0 and up to 1, and is 0.0"),
        ({"anneal_end": 1.5}, "anneal_end is a share above 0 and up to 1, and is 1.5"),
        ({"lecam": 0.3, "adversarial": "wasserstein"}, "lecam needs logits with a fixed zero, which wasserstein"),
        ({"lecam": 0.3, "adversarial": "relativistic"}, "lecam needs logits with a fixed zero, which relativistic"),
        ({"targets": Targets(flip=0.1), "adversarial": "hinge"}, "hinge has no labels to smooth or flip; losses that"),
    ],
)
def test_impossible_rules_refuse(rules: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Rules(**rules)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_every_loss_without_labels_refuses_targets(name: str) -> None:
    Rules(name, targets=Targets())
    if name in LABELLED:
        assert Rules(name, targets=Targets(real=(0.9, 0.9))).softened
    else:
        with pytest.raises(ValueError, match=f"{name} has no labels"):
            Rules(name, targets=Targets(real=(0.9, 0.9)))


def test_every_penalty_has_a_rule_of_its_name() -> None:
    assert set(Rules(**dict.fromkeys(PENALTIES, 1.0)).penalties) == set(PENALTIES)
    assert Rules().penalties == {}


def test_targets_are_settings_like_any_other() -> None:
    recipe = assign(points(1000), ["rules.targets.real=[0.9, 0.9]", "rules.targets.flip=0.05", "rules.anneal=0.1"])
    assert recipe.rules.targets == Targets(real=(0.9, 0.9), flip=0.05)
    assert recipe.rules.r1 == points(1000).rules.r1
    assert from_json(type(recipe), to_json(recipe)) == recipe
    with pytest.raises(ValueError, match=r"real targets are a range from 0 or above"):
        assign(recipe, ["rules.targets.real=[1, 0]"])
    with pytest.raises(ValueError, match=r"hinge has no labels to smooth or flip"):
        assign(recipe, ["rules.adversarial=hinge"])
    with pytest.raises(ValueError, match=r"rules.targets.reel.*Did you mean 'rules.targets.real'"):
        assign(recipe, ["rules.targets.reel=[0.9, 0.9]"])


def test_recipes_written_before_there_were_targets_still_load() -> None:
    old = to_json(points(1000))
    for name in ("targets", "anneal", "anneal_end", "consistency", "feature_matching", "reconstruction"):
        del old["rules"][name]
    assert from_json(type(points(1000)), old) == points(1000)


def test_the_help_names_every_loss() -> None:
    told = schema(type(points(1000)))["$defs"]["Rules"]["properties"]["adversarial"]["description"]
    words = set(told.replace(",", " ").replace(".", " ").split())
    assert {name.removesuffix("_faithful") for name in ADVERSARIAL} | {"_faithful"} <= words


def test_penalties_fade_along_a_cosine() -> None:
    rules = Rules(anneal=0.1, anneal_end=0.5)
    assert [rules.left(done) for done in (0.0, 0.25, 0.5, 0.9)] == pytest.approx([1.0, 0.55, 0.1, 0.1])
    assert rules.left(0.125) == pytest.approx(0.1 + 0.9 * (1 + math.cos(math.pi / 4)) / 2)
    assert Rules().left(0.7) == 1.0


def test_only_the_penalties_fade() -> None:
    scene = Scene(lambda x: Verdict((x.square(),)), torch.randn(4, 1), torch.randn(4, 1))
    referee = Referee(Rules("wasserstein", r1=1.0, r2=3.0, drift=1.0, anneal=0.5))
    start, end = referee.critic(scene), referee.critic(scene, progress=1.0)
    for name, term in start.items():
        assert torch.allclose(end[name], term / 2 if name in ("r1", "r2") else term)
    assert torch.equal(referee.penalties(scene, 1.0)["r1"], end["r1"])


def test_the_referee_asks_for_the_targets() -> None:
    rules = Rules("least_squares", targets=Targets(real=(0.9, 0.9)))
    real, fake = torch.randn(2, 6, 1)
    scene = Scene(lambda x: Verdict((x,)), real, fake)
    asked = Referee(rules).critic(scene)["adversarial"]
    assert torch.allclose(asked, softened("least_squares", rules.targets)(real, fake))
    assert not torch.allclose(asked, Referee(Rules("least_squares")).critic(scene)["adversarial"])
    generator = Referee(rules).generator(scene)["adversarial"]
    assert torch.equal(generator, Referee(Rules("least_squares")).generator(scene)["adversarial"])
