"""Set-ups known to go wrong are named; healthy ones are not."""

from __future__ import annotations

import pytest

from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.run.cautions import cautions
from sparring.settings import assign

FACTS = Facts((3, 16, 16), 0, 5000)
NARROW = ("networks.generator.width=8", "networks.critic.width=8")


def told(name: str, *changes: str, facts: Facts = FACTS, world: int = 1, seconds: float | None = None) -> str:
    recipe = assign(RECIPES[name].make(facts), [*(NARROW if name != "gan" else ()), *changes])
    return " ".join(cautions(recipe, facts, assemble(recipe, facts.shape, facts.classes), world, seconds))


@pytest.mark.parametrize("name", ["dcgan", "dcgan-dense", "resnet-hinge", "gan"])
def test_presets_on_enough_data_need_no_warning(name: str) -> None:
    assert told(name, seconds=3600.0) == ""


@pytest.mark.parametrize(
    ("name", "changes", "part"),
    [
        ("dcgan", ("rules.gp=10",), "penalty gp"),
        ("dcgan", ("rules.r1=1", "rules.dragan=1"), "penalty r1 and dragan"),
        ("dcgan", ('spectral_norm=["critic"]',), "Batch norm in the critic undoes"),
        ("resnet-hinge", ("spectral_norm=[]",), "Nothing bounds the critic"),
        ("gan", ("rules.adversarial=wasserstein",), "needs a bounded critic"),
        ("gan", ("rules.adversarial=wasserstein", "rules.gp=10", "optims.critic.beta1=0.9"), "Momentum"),
        ("dcgan", ("train.batch=8",), "sees only 8 images"),
        ("dcgan", ("train.batch=32", "train.accumulate=4"), "sees only 8 images"),
        ("dcgan", ("train.batch=6000",), "larger than the whole set"),
        ("resnet-hinge", ("rules.gp=10", "rules.r1=1"), "gp pulls the critic's slope to 1 and r1 to 0"),
        ("resnet-hinge", ("rules.r1=10",), "both tame the critic"),
        ("resnet-hinge", ("game.clip=0.01",), "Clipping changes the weights"),
        ("resnet-hinge", ("techniques.augment.kind=ada", "rules.consistency=10"), "ada and consistency"),
        ("resnet-hinge", ("techniques.top_k=0.5", "minibatch.measures=8"), "top_k picks single fakes"),
        ("resnet-hinge", ("techniques.noise=0.1", "rules.r1=1"), "Instance noise and r1 flatten"),
        ("resnet-hinge", ("techniques.diversity=1", "train.accumulate=2"), "diversity looks at one micro-batch"),
    ],
)
def test_trouble_is_named(name: str, changes: tuple[str, ...], part: str) -> None:
    assert part in told(name, *changes)


@pytest.mark.parametrize(
    "changes",
    [
        ("rules.adversarial=wasserstein", "rules.gp=10", "optims.critic.beta1=0"),
        ("rules.adversarial=wasserstein", "game.clip=0.01"),
        ("rules.adversarial=hinge", "rules.r1=1"),
        ("rules.adversarial=hinge", "rules.r1=1", "rules.r2=1", "techniques.noise=0.05"),
    ],
)
def test_bounded_critics_are_fine(changes: tuple[str, ...]) -> None:
    assert told("gan", *changes) == ""


def test_few_images_and_few_per_class() -> None:
    assert "400 images are few" in told("resnet-hinge", facts=Facts((3, 16, 16), 0, 400))
    assert "about 10 images per class" in told("resnet-hinge", facts=Facts((3, 16, 16), 100, 1000))


def test_processes_without_synchronised_batch_norm() -> None:
    changes = ("train.batch=32", "train.synchronise_batch_norm=false")
    assert "sees only 8 images" in told("dcgan", *changes, world=4)
    assert told("dcgan", "train.batch=32", world=4) == ""


def test_runs_of_days() -> None:
    assert "about 3 days" in told("dcgan", seconds=3 * 86_400.0)


def test_points_are_endless() -> None:
    facts = Facts((2,))
    recipe = RECIPES["gan"].make(facts)
    assert cautions(recipe, facts, assemble(recipe, (2,), 0)) == []
