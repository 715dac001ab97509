"""The pages about recipes say what the recipes are now."""

from __future__ import annotations

import pytest
from docs.make_recipe_pages import HERE, changes, leaves, pages, plain

from sparring.recipes import RECIPES, Facts
from sparring.recipes.measured import contents, measurements
from sparring.settings import assign, to_json

BASE = [name for name in RECIPES if not name.endswith("-toy")]


def test_pages_are_as_they_would_be_written_now() -> None:
    wanted = {HERE / path: text for path, text in pages().items()}
    there = {HERE / "recipes.md", *(HERE / "recipes").iterdir()}
    stale = [file.name for file, text in wanted.items() if file not in there or file.read_text("utf-8") != text]
    assert not stale, f"run python docs/make_recipe_pages.py: {stale}"
    assert there == set(wanted)


@pytest.mark.parametrize("name", BASE)
def test_changes_on_a_page_make_the_recipe(name: str) -> None:
    recipe = RECIPES[name].make(Facts())
    made = leaves(to_json(assign(plain(recipe), changes(recipe))))
    for path, value in leaves(to_json(recipe)).items():
        assert made[path] == (pytest.approx(value, rel=1e-5) if isinstance(value, float) else value), path


def test_numbers_are_of_the_toys_there_are() -> None:
    assert set(contents()["recipes"]) <= set(BASE)
    for name in BASE:
        toy = RECIPES[f"{name}-toy"].make(Facts())
        rounded = -(-toy.train.images // (toy.train.batch * toy.game.batches)) * toy.train.batch * toy.game.batches
        assert measurements(name).images in (None, rounded), (
            f"{name}-toy has changed: {contents()['command']} --only {name}"
        )
