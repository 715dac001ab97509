"""Real images are seen once by each network; whatever changes either is seen anew."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.metrics.seen import Counted, facts, mean_colour, pictures

from sparring.data.cache import clear_cache
from sparring.metrics.features import choose_extractor
from sparring.metrics.remembered import remembered
from sparring.metrics.sets import Extractor, Seen

FEATURES = frozenset({"features"})


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def asked(shelf: Counted, extractor: Extractor, keep: frozenset[str] = frozenset()) -> tuple[Seen, int]:
    """What was seen, and how many times images were read for it."""
    before = len(shelf.asked)
    return remembered(shelf, extractor, keep=keep), len(shelf.asked) - before


def equal(one: Seen, other: Seen) -> bool:
    mine, theirs = facts(one), facts(other)
    same = mine.keys() == theirs.keys() and all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())
    return same and (one.count, one.names, one.fingerprint) == (other.count, other.names, other.fingerprint)


def test_a_second_look_reads_nothing(own_cache: Path) -> None:
    shelf, colour = Counted(pictures(70)), mean_colour()
    first, reads = asked(shelf, colour, FEATURES)
    assert reads == 2
    again, reads = asked(shelf, colour, FEATURES)
    assert reads == 0
    assert equal(first, again)
    fewer, reads = asked(shelf, colour)
    assert reads == 0
    assert fewer.features is None
    assert not list(own_cache.rglob("*.partial"))


def test_rows_that_were_not_kept_are_looked_at_again() -> None:
    shelf, colour = Counted(pictures(70)), mean_colour()
    asked(shelf, colour)
    seen, reads = asked(shelf, colour, frozenset({"features", "logits"}))
    assert reads == 2
    assert seen.features is not None
    _, reads = asked(shelf, colour, frozenset({"features", "logits"}))
    assert reads == 0  # this network gives no logits, and that is remembered too


def test_the_cache_is_cleared_with_the_packs(own_cache: Path) -> None:
    shelf, colour = Counted(pictures(70)), mean_colour()
    asked(shelf, colour)
    size = sum(file.stat().st_size for file in own_cache.rglob("*.safetensors"))
    assert clear_cache() == size > 0
    assert asked(shelf, colour)[1] == 2


def test_images_are_read_again_and_not_stored(own_cache: Path) -> None:
    shelf, colour = Counted(pictures(70)), mean_colour()
    first, _ = asked(shelf, colour, frozenset({"images"}))
    again, _ = asked(shelf, colour, frozenset({"images"}))
    assert equal(first, again)
    assert sum(file.stat().st_size for file in own_cache.rglob("*.safetensors")) < 70 * 3 * 64


def test_another_network_or_other_images_are_seen_anew() -> None:
    shelf = Counted(pictures(70))
    asked(shelf, mean_colour())
    assert asked(shelf, choose_extractor("pixels"))[1] == 2
    other = Counted(pictures(70))
    other.fingerprint = "others"
    assert asked(other, mean_colour())[1] == 2


def test_damage_is_mended_and_what_cannot_be_written_is_said(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, colour = Counted(pictures(70)), mean_colour()
    first, _ = asked(shelf, colour, FEATURES)
    for file in own_cache.rglob("*.safetensors"):
        file.write_bytes(file.read_bytes()[:200])
    again, reads = asked(shelf, colour, FEATURES)
    assert reads == 2
    assert equal(first, again)
    assert asked(shelf, colour, FEATURES)[1] == 0
    own_cache.with_name("file").write_text("in the way")
    monkeypatch.setenv("SPARRING_CACHE", str(own_cache.with_name("file")))
    with pytest.raises(OSError, match="The cache folder cannot be written"):
        asked(shelf, colour)
