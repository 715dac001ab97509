"""The recipe and size that data without a recipe get."""

from __future__ import annotations

import pytest

from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.recipes.choose import affordable_size, choose, described, sided
from sparring.settings import assign


@pytest.mark.parametrize(
    ("facts", "device", "name"),
    [
        (Facts((2,)), "cpu", "gan"),
        (Facts((3, 32, 32), 0, 1000), "cpu", "dcgan-r1"),
        (Facts((3, 32, 32), 10, 1000), "cpu", "dcgan-r1"),
        (Facts((3, 64, 64), 0, 1000), "cpu", "dcgan-r1"),
        (Facts((3, 32, 32), 10, 1000), "cuda", "resnet-hinge"),
        (Facts((3, 64, 64), 0, 1000), "cuda", "resnet-hinge"),
        (Facts((3, 256, 256), 0, None), "cuda", "resnet-hinge"),
        (Facts((1, 28, 28), 10, 5000), "cpu", "dcgan-dense"),
        (Facts((3, 100, 100), 0, 5000), "cuda", "gan"),
    ],
)
def test_choice_can_be_built_and_says_why(facts: Facts, device: str, name: str) -> None:
    choice = choose(facts, device)
    assert choice.name == name
    assert choice.why
    assert "\n" not in choice.why
    if facts.size <= 64:
        recipe = assign(RECIPES[name].make(facts), ["train.batch=2"])
        assert assemble(recipe, facts.shape, facts.classes) is not None


def test_reason_names_what_was_seen() -> None:
    assert described(Facts((3, 32, 32), 10, 1797)) == "1,797 images of 32 pixels in 10 classes"
    assert described(Facts((3, 32, 32))) == "images of 32 pixels"
    assert "classes" in choose(Facts((3, 32, 32), 10, 1797), "cpu").why


@pytest.mark.parametrize(
    ("natural", "device", "size"), [(256, "cpu", 64), (256, "cuda", 256), (32, "cpu", 32), (256, "mps", 128)]
)
def test_size_is_what_the_device_can_train(natural: int, device: str, size: int) -> None:
    assert affordable_size(natural, device) == size


def test_writing_is_not_mirrored() -> None:
    assert sided("builtin:digits")
    assert sided("torchvision:MNIST:test")
    assert not sided("builtin:avatars")
    assert not sided("photos/digits")
