"""`sparring recipes`: the table, a page, and the numbers in both."""

from __future__ import annotations

import pytest
from tests.cli.run_cli import Cli

from sparring.cli.recipes import in_short
from sparring.recipes import RECIPES
from sparring.recipes import measured as room

NUMBERS = {
    "cost": 1.5,
    "images": 256_000,
    "modes": [8, 8, 7],
    "scores": [0.02, 0.03, 0.07],
    "seconds": 9.6,
    "untrained": 0.61,
}


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "contents", lambda: {"command": "measure", "recipes": {"lsgan": NUMBERS}})


def test_table_fits_a_terminal_and_leaves_the_toys_out(cli: Cli) -> None:
    text = cli("recipes").out
    assert max(map(len, text.splitlines())) <= 120
    rows = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(rows) == len(set(rows))
    assert set(rows) - {"name"} == {name for name in RECIPES if not name.endswith("-toy")}
    assert text.count("-toy") == 2


def test_table_groups_families(cli: Cli) -> None:
    families = {RECIPES[name].family for name in RECIPES}
    heads = [line for line in cli("recipes").out.splitlines() if line in families]
    assert sorted(heads) == sorted(families)


@pytest.mark.parametrize(
    ("needs", "short"),
    [
        ("square images of 16 pixels; or points", "images or points"),
        ("square images of 16 pixels, with labels; GPUs", "labelled images, GPU"),
        ("images, thousands; a GPU above 32 pixels", "images (GPU)"),
        ("images; or points; no labels", "images or points"),
        ("pairs of images, hundreds; a GPU above 32 pixels", "pairs (GPU)"),
        ("two collections of images", "two collections"),
    ],
)
def test_needs_are_said_in_short(needs: str, short: str) -> None:
    assert in_short(needs) == short


def test_json_holds_everything(cli: Cli, numbers: None) -> None:
    listed = {one["name"]: one for one in cli("recipes", "--json").json}
    assert set(listed) == set(RECIPES)
    assert listed["lsgan"]["toy"] == "lsgan-toy"
    assert listed["lsgan-toy"]["toy"] is None
    assert listed["lsgan"]["measured"] == NUMBERS
    assert listed["dcgan"]["measured"]["cost"] is None


def test_page_tells_what_was_measured(cli: Cli, numbers: None) -> None:
    text = " ".join(cli("recipes", "lsgan").out.split())
    assert "1.5 times dcgan's" in text
    assert "distance 0.040 (0.020 to 0.070; untrained 0.61); 8, 8, 7 of 8 modes found" in text
    assert "after 256,000 images in 10 s" in text
    assert "sparring train lsgan --data FOLDER" in text
    assert "sparring cite lsgan" in text
    assert cli("recipes").out.count(" 1.5  ") == 1


def test_page_says_what_was_not_measured(cli: Cli, numbers: None) -> None:
    assert cli("recipes", "dcgan").out.count("not measured") == 2
    toy = cli("recipes", "lsgan-toy").out
    assert "cost" not in toy
    assert "sparring train lsgan-toy\n" in toy
