"""One version, said everywhere alike."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from tests.house.source import ROOT

import sparring


def test_the_package_takes_its_version_from_the_source() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/sparring/__init__.py"


def test_the_installed_version_is_this_one() -> None:
    try:
        installed = version("sparring")
    except PackageNotFoundError:
        pytest.skip("sparring is run from its source and not installed")
    assert installed == sparring.__version__


def test_the_changelog_has_a_section_for_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(
        rf"^## \[{re.escape(sparring.__version__)}\].*?$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert section, f"CHANGELOG.md has no section for {sparring.__version__}"
    assert re.search(r"^- \S", section[1], re.MULTILINE), "the section is empty"


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {sparring.__version__}\n" in citation
