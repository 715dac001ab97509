from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
import torch

from sparring.play.game import Clock, Turn
from sparring.run.journal import Lines, read
from sparring.run.tally import DENSE_ROUNDS, LINES, Tally


def written(path: Path, count: int) -> Lines:
    lines = Lines(path)
    for images in range(count):
        lines.append({"kind": "round", "images": images, "name": "ä"})
    return lines


def test_lines_are_appended_and_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    assert list(read(path)) == []
    written(path, 3).sync()
    assert [record["images"] for record in read(path)] == [0, 1, 2]
    assert len(path.read_bytes().splitlines()) == 3


def test_truncation_drops_what_came_later(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = written(path, 10)
    before = path.read_bytes().splitlines()
    lines.truncate(4)
    assert path.read_bytes().splitlines() == before[:5]
    lines.append({"images": 5})
    assert [record["images"] for record in read(path)] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_torn_last_line_is_dropped(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal.jsonl"
    written(path, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    assert [record["images"] for record in read(path)] == ([0, 1, 2] if cut == 1 else [0, 1])
    Lines(path).append({"images": 7})
    assert [record["images"] for record in read(path)][-1] == 7
    assert path.read_bytes().endswith(b"\n")


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"images": 0}\nrubbish\n{"images": 1}\n')
    with pytest.raises(ValueError, match=r"line 2 of .*journal\.jsonl is damaged"):
        list(read(path))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    lines = written(tmp_path / "journal.jsonl", 1)
    lines.path = Path("/dev/full")
    with pytest.raises(OSError, match="could not write /dev/full: the disk is full"):
        lines.append({"images": 0})


def turn(name: str) -> Turn:
    return Turn((name,), lambda batch, clock: {})


def test_a_tally_has_the_means_of_its_rounds() -> None:
    tally = Tally(rounds=10)
    for value in (1.0, 2.0, 6.0):
        tally(Clock(), turn("critic"), {"loss": torch.tensor(value)})
    tally(Clock(), turn("generator"), {"loss": torch.tensor(torch.inf), "auc": torch.tensor(1 / 3)})
    assert tally.means() == {"critic": {"loss": 3.0}, "generator": {"loss": None, "auc": 0.333333}}
    assert tally.means() == {}


def test_lines_get_rarer_but_never_too_rare() -> None:
    def lines(rounds: int) -> list[int]:
        tally, found = Tally(rounds), []
        for number in range(rounds):
            if tally.round_over():
                tally.means()
                found.append(number + 1)
        return found

    assert lines(150) == list(range(1, 151))
    many = lines(100_000)
    assert many[: DENSE_ROUNDS - 1] == list(range(1, DENSE_ROUNDS))
    assert max(b - a for a, b in itertools.pairwise(many)) == 100_000 // LINES
    assert LINES < len(many) < 2 * LINES


def test_an_interrupted_tally_goes_on_to_the_bit() -> None:
    whole, parted = Tally(20_000), Tally(20_000)
    dice = torch.Generator().manual_seed(0)
    ours, theirs = [], []
    for number in range(1000):
        value = {"loss": torch.rand((), generator=dice)}
        for tally, found in ((whole, ours), (parted, theirs)):
            tally(Clock(), turn("critic"), dict(value))
            if tally.round_over():
                found.append(tally.means())
        if number % 7 == 0:
            state, parted = parted.state_dict(), Tally(20_000)
            parted.load_state_dict(state)
    assert ours == theirs
    assert len(ours) < 900
