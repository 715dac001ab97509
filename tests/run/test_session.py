from __future__ import annotations

import dataclasses
import errno
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.run.small import Blobs, assert_equal, data, recipe

from sparring.play.guard import NonFiniteError
from sparring.play.optim import Average
from sparring.recipes.recipe import Recipe
from sparring.run import checkpoint
from sparring.run.bundle import read_card
from sparring.run.handles import load
from sparring.run.journal import Record, read
from sparring.run.session import Outcome, Session


def played(made: Recipe, out: Path, source: Blobs | None = None, **options: Any) -> Outcome:
    with data(source), Session.start(made, out, **options) as session:
        return session.play()


def resumed(out: Path, source: Blobs | None = None, **options: Any) -> Outcome:
    with data(source), Session.resume(out, **options) as session:
        return session.play()


def at_round(number: int, act: Callable[[], object]) -> Callable[[Session], None]:
    def call(session: Session) -> None:
        if session.engine.clock.images == number * 8:
            act()

    return call


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def rounds(out: Path) -> list[Record]:
    """The journal's measurements without what the clock on the wall says."""
    clock = ("seconds", "images_per_second")
    return [
        {k: v for k, v in line.items() if k not in clock}
        for line in read(out / "journal.jsonl")
        if line["kind"] == "round"
    ]


def sentences(out: Path) -> list[str]:
    return [line["sentence"] for line in read(out / "journal.jsonl") if line["kind"] == "event"]


def test_a_run_leaves_everything_behind(tmp_path: Path) -> None:
    out = tmp_path / "run"
    made = recipe(60, dcgan=True, grids=4, keep_images=200, tensorboard=True)
    outcome = played(made, out, Blobs(classes=("small", "large")))
    assert (outcome.reason, outcome.images) == ("finished", 480)
    assert json.loads((out / "recipe.json").read_text())["name"] == "small"
    assert sorted(p.name for p in (out / "samples").iterdir()) == [f"{n:09d}.png" for n in (0, 56, 216, 480)]
    assert sorted(p.name for p in (out / "kept").iterdir()) == [f"{n:09d}.safetensors" for n in (200, 400)]
    assert "finished after" in (out / "log.txt").read_text()
    assert len(list((out / "tensorboard").iterdir())) == 1
    lines = list(read(out / "journal.jsonl"))
    assert [line["kind"] for line in lines] == ["plan", *["round"] * 60, "end"]
    plan = lines[0]["plan"]
    assert plan["networks"]["generator"]["kind"] == "dcgan-generator"
    assert plan["networks"]["critic"]["parameters"] > 100
    assert plan["rounds"] == 60
    assert [turn["turn"] for turn in plan["turns"]] == ["critic", "critic penalties", "generator"]
    line = lines[4]
    assert {"images", "seconds", "images_per_second", "learning_rates"} <= set(line)
    assert set(line["readings"]) == {"critic", "generator"}
    assert {"adversarial", "accuracy", "auc", "gradient/critic", "loss"} <= set(line["readings"]["critic"])
    assert "r1" in lines[5]["readings"]["critic penalties"]
    images = load(out).sample(4, label="large")
    assert images.shape == (4, 16, 16, 1)
    card = read_card(out / "last.safetensors")
    assert (card.weights, card.trained.images, card.trained.data, card.licence) == ("ema", 480, "blobs", "CC0 1.0")


def test_points_are_played_and_drawn(tmp_path: Path) -> None:
    played(recipe(20), tmp_path / "run", Blobs((2,)))
    assert load(tmp_path / "run").sample(10).shape == (10, 2)
    assert (tmp_path / "run" / "samples" / "000000160.png").stat().st_size > 500


@pytest.mark.parametrize("average", [100.0, 0.0])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path, average: float) -> None:
    """To the bit: weights, averages, optimisers, random states, journal, pictures; whenever it was saved."""
    made = dataclasses.replace(recipe(dcgan=True), average=Average(half_life_images=average))
    often = dataclasses.replace(made, watch=dataclasses.replace(made.watch, checkpoint_seconds=0.0))
    played(made, tmp_path / "whole")
    assert played(often, tmp_path / "parts", after_round=[at_round(13, interrupt)]).reason == "interrupted"
    assert resumed(tmp_path / "parts", after_round=[at_round(30, interrupt)]).reason == "interrupted"
    assert resumed(tmp_path / "parts") == Outcome("finished", 320, pytest.approx(0, abs=1e9))
    if average:
        assert_equal(tmp_path / "whole", tmp_path / "parts")
    whole, parts = (torch.load(tmp_path / name / "resume.pt", weights_only=True) for name in ("whole", "parts"))
    for name, tensor in whole["engine"]["game"].items():
        assert torch.equal(tensor, parts["engine"]["game"][name]), name
    assert rounds(tmp_path / "whole") == rounds(tmp_path / "parts")
    for picture in (tmp_path / "whole" / "samples").iterdir():
        assert picture.read_bytes() == (tmp_path / "parts" / "samples" / picture.name).read_bytes()
    assert len(sentences(tmp_path / "parts")) == 2


def test_looking_does_not_change_what_is_learned(tmp_path: Path) -> None:
    """Grids, scores and checkpoints in every round give the weights of a run without any."""
    made = dataclasses.replace(recipe(12, dcgan=True), average=Average(half_life_images=0.0))
    busy = dataclasses.replace(made.watch, grids=1000, checkpoint_seconds=0.0, keep_images=8, tensorboard=True)

    def score(session: Session) -> None:
        assert session.watching is not None
        session.watching.score(session.handle(), session.seconds)

    played(made, tmp_path / "calm")
    played(dataclasses.replace(made, watch=busy), tmp_path / "busy", after_round=[score])
    calm, restless = (torch.load(tmp_path / name / "resume.pt", weights_only=True) for name in ("calm", "busy"))
    assert len(list((tmp_path / "busy" / "samples").iterdir())) == 13
    for name, tensor in calm["engine"]["game"].items():
        assert torch.equal(tensor, restless["engine"]["game"][name]), name
    assert torch.equal(calm["engine"]["noise"][0], restless["engine"]["noise"][0])
    scores = list(read(tmp_path / "busy" / "scores.jsonl"))
    assert len(scores) >= 12
    best = min(scores, key=lambda line: line["sliced_wasserstein"])
    card = read_card(tmp_path / "busy" / "best.safetensors")
    assert card.trained.images == best["images"]
    assert card.scores == {"sliced_wasserstein": best["sliced_wasserstein"]}
    assert card.weights == "raw"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_finishes_its_round_and_saves(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    outcome = played(recipe(), tmp_path / "run", after_round=[at_round(7, lambda: os.kill(os.getpid(), number))])
    assert (outcome.reason, outcome.images) == ("interrupted", 56)
    assert signal.getsignal(number) is before
    state = checkpoint.read(tmp_path / "run" / "resume.pt")
    assert state is not None
    assert state["engine"]["clock"]["images"] == 56
    assert [line["reason"] for line in read(tmp_path / "run" / "journal.jsonl") if line["kind"] == "end"] == [
        "interrupted"
    ]


def test_a_second_interruption_stops_at_once(tmp_path: Path) -> None:
    out = tmp_path / "run"
    played(recipe(), out, after_round=[at_round(5, interrupt)])
    before, handler = (out / "resume.pt").read_bytes(), signal.getsignal(signal.SIGINT)

    def twice() -> None:
        interrupt()
        interrupt()

    with pytest.raises(KeyboardInterrupt):
        resumed(out, after_round=[at_round(9, twice)])
    assert (out / "resume.pt").read_bytes() == before
    assert signal.getsignal(signal.SIGINT) is handler
    assert resumed(out).reason == "finished"


def test_a_deadline_stops_and_saves_and_seconds_add_up(tmp_path: Path) -> None:
    with data(), Session.start(recipe(100_000), tmp_path / "run") as session:
        first = session.play(deadline_seconds=0.2)
        second = session.play(deadline_seconds=0.0)
    assert first.reason == second.reason == "deadline"
    assert first.images < second.images == first.images + 8
    with data(), Session.resume(tmp_path / "run") as session:
        assert session.seconds >= second.seconds - 0.5
        third = session.play(deadline_seconds=0.2)
    assert third.seconds > first.seconds + 0.15
    assert third.images > second.images


def test_the_folder_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").touch()
    with pytest.raises(ValueError, match="is not empty"):
        played(recipe(), tmp_path / "run")
    played(recipe(3), tmp_path / "other")
    with pytest.raises(ValueError, match="sparring resume"):
        played(recipe(3), tmp_path / "other")


def test_data_that_does_not_fit_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="square images"):
        played(recipe(dcgan=True), tmp_path / "run", Blobs((1, 17, 17)))
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_a_checkpoint_starts_again(tmp_path: Path) -> None:
    class Stop(Exception): ...

    def fail() -> None:
        raise Stop

    with pytest.raises(Stop):
        played(recipe(), tmp_path / "run", after_round=[at_round(9, fail)])
    assert not (tmp_path / "run" / "resume.pt").exists()
    resumed(tmp_path / "run")
    assert [line["kind"] for line in read(tmp_path / "run" / "journal.jsonl")].count("plan") == 1
    played(recipe(), tmp_path / "whole")
    assert_equal(tmp_path / "whole", tmp_path / "run")
    assert rounds(tmp_path / "whole") == rounds(tmp_path / "run")


def test_a_finished_run_stays_as_it_is(tmp_path: Path) -> None:
    played(recipe(5), tmp_path / "run")
    assert resumed(tmp_path / "run").reason == "finished"
    assert len(rounds(tmp_path / "run")) == 5


def test_broken_numbers_stop_and_keep_the_last_checkpoint(tmp_path: Path) -> None:
    out = tmp_path / "run"
    played(recipe(), out, after_round=[at_round(5, interrupt)])
    before = (out / "resume.pt").read_bytes()

    def poison(session: Session) -> None:
        if session.engine.clock.images == 80:
            next(iter(session.engine.learners["critic"].parameters)).data.fill_(float("nan"))

    with pytest.raises(NonFiniteError, match="critic"):
        resumed(out, after_round=[poison])
    assert (out / "resume.pt").read_bytes() == before
    assert "non-finite numbers in the turn of critic" in sentences(out)[-1]
    assert resumed(out).reason == "finished"


@pytest.mark.parametrize("name", ["resume.pt", "last.safetensors", "000000080.png"])
def test_a_full_disk_is_one_sentence_and_the_last_checkpoint_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    out = tmp_path / "run"
    played(recipe(), out, after_round=[at_round(5, interrupt)])
    before = (out / "resume.pt").read_bytes()
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=f"could not write .*{name}: the disk is full; make room"):
        resumed(out)
    monkeypatch.undo()
    assert name == "last.safetensors" or (out / "resume.pt").read_bytes() == before
    assert resumed(out).reason == "finished"
    played(recipe(), tmp_path / "whole")
    assert_equal(tmp_path / "whole", out)


def test_what_cannot_be_resumed_says_why(tmp_path: Path) -> None:
    with data(), pytest.raises(ValueError, match="there is no run at"):
        Session.resume(tmp_path / "run")
    out = tmp_path / "run"
    played(recipe(5), out)
    text = (out / "recipe.json").read_text()
    (out / "recipe.json").write_text(text.replace("[\n        32,\n        32\n      ]", "[16]"))
    with data(), pytest.raises(ValueError, match=r"resume\.pt does not fit .*recipe\.json and its data"):
        Session.resume(out)
    (out / "recipe.json").write_text(text)
    for damage in (b"", b"rubbish", (out / "resume.pt").read_bytes()[:-2000]):
        (out / "resume.pt").write_bytes(damage)
        with data(), pytest.raises(ValueError, match=r"resume\.pt is damaged or no checkpoint"):
            Session.resume(out)


def test_two_sessions_cannot_play_one_run(tmp_path: Path) -> None:
    with data(), Session.start(recipe(5), tmp_path / "run") as session:
        with pytest.raises(ValueError, match="another process is training"):
            Session.resume(tmp_path / "run")
        session.play()


def test_changed_data_are_noted(tmp_path: Path) -> None:
    played(recipe(), tmp_path / "run", after_round=[at_round(3, interrupt)])
    resumed(tmp_path / "run", Blobs(fingerprint="blobs-2"))
    assert "the data has changed since the run began" in sentences(tmp_path / "run")


def test_a_longer_run_goes_on_from_a_shorter_one(tmp_path: Path) -> None:
    played(recipe(5), tmp_path / "run")
    text = json.dumps(json.loads((tmp_path / "run" / "recipe.json").read_text()) | {"name": "longer"})
    (tmp_path / "run" / "recipe.json").write_text(text.replace('"images": 40', '"images": 80'))
    assert resumed(tmp_path / "run").images == 80


def test_what_the_engine_had_to_do_is_written_down(tmp_path: Path) -> None:
    def note(session: Session) -> None:
        if session.engine.clock.images == 16:
            session.engine.events.append("memory ran out")

    played(recipe(4), tmp_path / "run", after_round=[note])
    assert sentences(tmp_path / "run") == ["memory ran out"]


def test_watchers_see_every_turn(tmp_path: Path) -> None:
    seen: list[str] = []

    def watch(clock: Any, turn: Any, readings: Any) -> None:
        seen.append(turn.title)

    played(recipe(4), tmp_path / "run", watchers=[watch])
    assert seen == ["critic", "critic penalties", "generator"] + ["critic", "generator"] * 3


def test_the_last_rounds_are_measured_too(tmp_path: Path) -> None:
    with data(), Session.start(recipe(3), tmp_path / "run") as session:
        assert session.watching is not None
        session.watching.tally.widest, session.watching.tally.rounds = 2, 10_000
        session.play()
        latest = session.watching.latest
    assert [line["images"] for line in rounds(tmp_path / "run")] == [16, 24]
    assert latest["images"] == 24


def test_a_restarted_process_goes_on_with_its_own_run_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played(recipe(), tmp_path / "run", after_round=[at_round(5, interrupt)])
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    with pytest.raises(ValueError, match="holds a run of another recipe"):
        played(recipe(41), tmp_path / "run")
    assert played(recipe(), tmp_path / "run").images == 320
    assert sentences(tmp_path / "run") == ["goes on from its last checkpoint"]
    assert played(recipe(5), tmp_path / "new").images == 40


def test_best_weights_from_after_the_last_checkpoint_stay_best(tmp_path: Path) -> None:
    out = tmp_path / "run"
    played(recipe(), out, after_round=[at_round(5, interrupt)])
    with data(), Session.resume(out) as session:
        session.engine.run(3)
        assert session.watching is not None
        session.watching.score(session.handle(), session.seconds)
        best = session.watching.scoring.best
    assert read_card(out / "best.safetensors").trained.images == 64
    with data(), Session.resume(out) as session:
        assert session.watching is not None
        assert session.watching.scoring.best == best
    (out / "best.safetensors").write_bytes(b"damaged")
    with data(), Session.resume(out) as session:
        assert session.watching is not None
        assert session.watching.scoring.best == float("inf")
