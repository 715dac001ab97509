"""`sparring doctor RUN --apply`: what is tried, where, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.run_cli import Cli
from tests.cli.test_doctor import made

from sparring.cli.applying import chosen, with_number
from sparring.doctor.findings import Finding, Remedy
from sparring.run.folder import RunFolder
from sparring.settings import assign, to_json

FIRST, SECOND = Remedy("first", "Do this.", ("a=1",)), Remedy("second", "Do that.", ("a=2",))


def finding(rule: str, last: float, *remedies: Remedy) -> Finding:
    return Finding(rule, "alarm", rule, "", "", (), remedies, 0.0, last)


FOUND = [finding("past", 50, FIRST), finding("helpless", 100), finding("present", 100, FIRST, SECOND)]


def test_a_number_alone_is_the_first_findings_that_still_holds() -> None:
    assert chosen(FOUND, 100, "2") == (FOUND[2], SECOND)
    assert chosen(FOUND, 100, "past") == (FOUND[0], FIRST)
    assert chosen(FOUND, 100, "present:2") == (FOUND[2], SECOND)


def test_the_number_may_be_left_out() -> None:
    assert with_number(["run", "--apply"]) == ["run", "--apply", "1"]
    assert with_number(["--apply", "run"]) == ["--apply", "1", "run"]
    assert with_number(["run", "--apply", "--json"]) == ["run", "--apply", "1", "--json"]
    assert with_number(["run", "--apply", "past:2"]) == ["run", "--apply", "past:2"]
    assert with_number(["run", "--apply", "2"]) == ["run", "--apply", "2"]


@pytest.mark.parametrize(
    ("which", "sentence"),
    [("3", "remedies 1 to 2"), ("0", "no number 0"), ("helpless", "there are present, past"), ("past:x", "RULE:N")],
)
def test_what_there_is_not_is_refused(which: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        chosen(FOUND, 100, which)


def test_a_run_is_trained_once_more_with_a_remedy(cli: Cli, tmp_path: Path) -> None:
    run = made(tmp_path / "run", lambda t: 0.99)
    on_ring = assign(RunFolder(run).recipe, ["data.spec=builtin:ring", "data.labels=none", "watch.tensorboard=false"])
    RunFolder(run).recipe_file.write_text(json.dumps(to_json(on_ring)))
    before = {file: file.read_bytes() for file in run.iterdir() if file.is_file()}
    said = cli("doctor", run, "--apply", "critic-too-strong", "--images", 640, "--json")
    assert said.status == 0, said.err
    assert {file: file.read_bytes() for file in before} == before
    assert said.json["images"] == 640
    new = RunFolder(Path(said.json["run"]))
    assert new.path == tmp_path / "run-2"
    assert new.recipe.train.images == 640
    assert assign(new.recipe, [f"train.images={on_ring.train.images}"]) != on_ring
    assert "critic-too-strong" in new.journal.read_text()


def test_mistakes_change_nothing(cli: Cli, tmp_path: Path) -> None:
    run = made(tmp_path / "run", lambda t: 0.99)
    log = tmp_path / "log.csv"
    log.write_text("step,critic_loss,generator_loss\n" + "".join(f"{n},0.5,{n}\n" for n in range(500)))
    for arguments, sentence in {
        (run, "--apply", 99): "no number 99",
        (run, "--images", 5): "goes with --apply",
        (run, "--apply", "--images", 0): "at least 1",
        (log, "--apply"): "no run of sparring",
    }.items():
        said = cli("doctor", *arguments)
        assert said.status == 2, said.out
        assert sentence in said.err
    assert [path.name for path in tmp_path.iterdir()].count("run-2") == 0
