"""`sparring data` on real sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.run_cli import Cli


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.usefixtures("own_cache")
def test_pack_list_and_clear(cli: Cli) -> None:
    assert "builtin:digits" in cli("data", "list").out
    said = cli("data", "pack", "builtin:digits", "--json")
    assert said.status == 0, said.err
    assert said.json["images"] == 1797
    listed = cli("data", "list", "--json").json
    assert [one["name"] for one in listed["packed"]] == ["builtin:digits"]
    assert {"builtin:ring", "builtin:avatars"} <= {one["name"] for one in listed["builtin"]}
    assert "1,797" in cli("data", "list").out
    assert cli("data", "clear", "--json").json["removed_bytes"] > 0
    assert cli("data", "list", "--json").json["packed"] == []


def test_inspect_says_what_it_is_like(cli: Cli) -> None:
    facts = cli("data", "inspect", "builtin:digits", "--json").json
    assert facts["images"] == 1797
    assert Path(facts["contact_sheet"]).is_file()
    text = cli("data", "inspect", "builtin:digits").out
    assert "contact sheet" in text
    assert "Warning:" in text


def test_points_can_be_inspected(cli: Cli) -> None:
    facts = cli("data", "inspect", "builtin:ring", "--json").json
    assert facts["contact_sheet"] is None
