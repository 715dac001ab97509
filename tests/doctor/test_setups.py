"""What is known of a recipe before its first round."""

from __future__ import annotations

import pytest
from torch import nn

from sparring.doctor.setups import BATCH_NORMS, SPECTRAL_NORMS, has, setup_of
from sparring.recipes import RECIPES, Facts
from sparring.settings import assign

DIGITS = Facts((1, 16, 16), 0, 1700)
NARROW = ("networks.generator.width=4", "networks.critic.width=4")


def test_a_recipe_says_nearly_everything() -> None:
    recipe = assign(RECIPES["dcgan"].make(DIGITS), [*NARROW, "rules.r1=2", "train.images=1280", "train.batch=64"])
    setup = setup_of(recipe, DIGITS)
    assert setup.adversarial == "nonsaturating"
    assert setup.penalties == {"r1": 2.0}
    assert setup.batch_norm == {"generator", "critic"}
    assert setup.rounds == 20
    assert setup.momentum == {"generator": 0.5, "critic": 0.5}
    assert setup.count == 1700
    assert setup.recipe == recipe


@pytest.mark.parametrize(
    ("changes", "bounded"),
    [
        ((), False),
        (("rules.gp=1",), True),
        (("game.clip=0.1",), True),
        (('spectral_norm=["critic"]',), True),
        (('spectral_norm=["generator"]',), False),
    ],
)
def test_what_bounds_a_critic(changes: tuple[str, ...], bounded: bool) -> None:
    facts = Facts((2,))
    recipe = assign(RECIPES["lsgan"].make(facts), list(changes))
    assert setup_of(recipe, facts).bounded is bounded


def test_momentum_is_that_of_the_optimiser() -> None:
    facts = Facts((2,))
    recipe = assign(RECIPES["wgan"].make(facts), ["optims.critic.momentum=0.9"])
    assert setup_of(recipe, facts).momentum == {"generator": 0.0, "critic": 0.9}


def test_foreign_norms_are_known() -> None:
    foreign = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2)), nn.BatchNorm1d(2))
    assert has([foreign], SPECTRAL_NORMS)
    assert has([foreign], BATCH_NORMS)
    assert not has([nn.Linear(2, 2)], SPECTRAL_NORMS)
