"""Every paper we name can be named in a bibliography."""

from __future__ import annotations

import re

import pytest

from sparring.cite import WORKS, bibliography, bibtex, cited
from sparring.networks import NETWORKS
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.penalties import PENALTIES
from sparring.recipes import RECIPES


@pytest.mark.parametrize("key", bibliography())
def test_entry_is_whole(key: str) -> None:
    entry = bibliography()[key]
    depth = 0
    for position, letter in enumerate(entry):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        assert depth > 0 or position < entry.index("{") or position == len(entry) - 1
    assert depth == 0
    fields = dict(re.findall(r"^  (\w+) = \{(.+)\},$", entry, re.MULTILINE))
    assert {"author", "title", "year"} <= set(fields)
    assert ("booktitle" in fields) or fields["archiveprefix"] == "arXiv"
    assert 1990 < int(fields["year"]) < 2100
    family, year = re.fullmatch(r"([a-z]+?)(\d{4})[a-z]+", key).groups()  # type: ignore[union-attr]
    assert year == fields["year"]
    assert re.sub(r"[^a-z]", "", fields["author"].split(",")[0].lower()).startswith(family)
    assert all(", " in author for author in fields["author"].split(" and "))


def test_no_key_stands_twice() -> None:
    from sparring.cite import FILE, entries

    assert len(list(entries(FILE.read_text("utf-8")))) == len(bibliography())


def test_every_recipe_can_be_cited() -> None:
    missing = {name: preset.cite for name, preset in RECIPES.items() if preset.cite not in bibliography()}
    assert not missing


def test_works_are_in_the_bibliography_and_all_of_it_is_used() -> None:
    named = {key for keys in WORKS.values() for key in keys}
    assert named <= set(bibliography())
    only_recipes_name = {"srivastava2017veegan", "roth2017stabilizing"}
    assert set(bibliography()) - named == only_recipes_name


@pytest.mark.parametrize("name", [*ADVERSARIAL, *PENALTIES, *NETWORKS])
def test_losses_penalties_and_networks_have_their_paper(name: str) -> None:
    assert cited([name])


def test_order_is_kept_and_nothing_stands_twice() -> None:
    assert cited(["lim2017geometric", "spectral_norm", "hinge", "resnet-critic", "house"]) == (
        "lim2017geometric",
        "miyato2018spectral",
    )
    assert cited(["fgan_kl_faithful"]) == ("nowozin2016fgan",)


def test_bibtex_is_one_text() -> None:
    text = bibtex(["goodfellow2014generative", "lim2017geometric"])
    assert text.count("@") == 2
    assert text.index("Goodfellow") < text.index("Lim")
    with pytest.raises(ValueError, match="no citation 'nobody'"):
        bibtex(["nobody"])
