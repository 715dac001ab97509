from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sparring.doctor.case import Setup
from sparring.doctor.remedies import prescribed
from sparring.doctor.treating import Treatment, begin_of_trouble, fork, onset, treat, window
from sparring.play.optim import Average
from sparring.run import checkpoint
from sparring.run.folder import RunFolder
from sparring.run.journal import read
from sparring.run.session import Session
from sparring.settings import assign

from .pilots import BATCH, ROUNDS, SLOWER, SMOOTHER, WIDER, WINDOW, WORDS, alarm, quick, remedy, ring

TOTAL = BATCH * ROUNDS


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    out = tmp_path_factory.mktemp("runs") / "run"
    with pytest.MonkeyPatch.context() as patch:
        quick(patch)
        with Session.start(ring(), out) as session:
            session.play()
    return RunFolder(out)


def test_a_run_keeps_its_newest_states_a_twentieth_apart(ended: RunFolder) -> None:
    assert list(ended.kept_states) == [TOTAL * n // 20 for n in (17, 18, 19)]


def test_no_states_are_kept_where_nobody_wants_them(tmp_path: Path) -> None:
    with Session.start(ring("watch.keep_resumes=0", "train.images=160"), tmp_path / "run") as session:
        session.play()
    assert not (tmp_path / "run" / "states").exists()


def test_a_resumed_run_forgets_states_of_its_future(tmp_path: Path) -> None:
    def stop(session: Session) -> None:
        if session.engine.clock.images == TOTAL // 2:
            session.save()
        if session.engine.clock.images > 0.6 * TOTAL:
            raise InterruptedError

    with Session.start(ring(), tmp_path / "run", after_round=[stop]) as session, pytest.raises(InterruptedError):
        session.play()
    with Session.resume(tmp_path / "run"):
        assert max(RunFolder(tmp_path / "run").kept_states) <= TOTAL // 2


def test_trouble_began_a_window_before_a_rule_first_held() -> None:
    assert window(3200, 1000, 16000) == 100 * 16  # a tenth of the run
    assert onset(alarm("x", images=3200), ROUNDS, TOTAL) == 3200 - WINDOW


def test_no_state_between_two_troubles_is_a_healthy_one() -> None:
    now, flat = alarm("rotating-collapse", images=9000), alarm("complete-collapse", images=2000).lasting(2000, 8950)
    mild = replace(flat, severity="warning")
    alone = begin_of_trouble([now], [], 1000, 16_000)
    assert alone == onset(now, 1000, 16_000)
    assert begin_of_trouble([now], [flat], 1000, 16_000) == onset(flat, 1000, 16_000)
    assert begin_of_trouble([now], [mild], 1000, 16_000) == alone
    assert begin_of_trouble([now], [flat.lasting(2000, 3000)], 1000, 16_000) == alone


def test_a_fork_goes_on_from_before_the_trouble(ended: RunFolder) -> None:
    before = {file: file.read_bytes() for file in ended.path.iterdir() if file.is_file()}
    new = RunFolder(fork(ended, alarm("trouble", images=0.98 * TOTAL), SLOWER))
    assert {file: file.read_bytes() for file in before} == before
    assert new.path != ended.path
    assert new.recipe == assign(ended.recipe, SLOWER.changes)
    state = checkpoint.read(new.resume)
    old = checkpoint.read(ended.kept_state(TOTAL * 17 // 20))
    assert state
    assert old
    assert state["engine"]["clock"]["images"] == 0.85 * TOTAL
    assert torch.equal(state["engine"]["game"]["critic.head.weight"], old["engine"]["game"]["critic.head.weight"])
    lines = list(read(new.journal))
    assert max(line["images"] for line in lines) == 0.85 * TOTAL
    assert "trouble" in lines[-1]["sentence"]
    assert "--set optims.critic.lr=1e-4" in lines[-1]["sentence"]
    with Session.resume(new.path) as session:
        assert session.play().images == TOTAL
    assert any("trouble" in line.get("sentence", "") for line in read(new.journal))


def test_a_fork_without_an_older_state_begins_anew(ended: RunFolder) -> None:
    new = RunFolder(fork(ended, alarm("trouble", images=0.5 * TOTAL), SLOWER, images=320))
    with Session.resume(new.path) as session:
        assert session.engine.clock.images == 0
        assert session.play().images == 320
    assert "to its start" in next(line["sentence"] for line in read(new.journal) if line["kind"] == "event")


def test_other_networks_begin_anew(ended: RunFolder) -> None:
    late = alarm("trouble", images=TOTAL)
    hasty = remedy("wider", *WIDER.changes)  # nobody said that it does not fit
    for change in (WIDER, hasty):
        state = checkpoint.read(RunFolder(fork(ended, late, change)).resume)
        assert state
        assert state["engine"]["clock"]["images"] == 0


def test_what_does_not_work_is_refused_in_a_sentence_and_leaves_nothing(ended: RunFolder, tmp_path: Path) -> None:
    late = alarm("trouble", images=TOTAL)
    with pytest.raises(ValueError, match="no setting does this"):
        fork(ended, late, WORDS, out=tmp_path / "new")
    best = prescribed(["restore-best"], Setup())[0]
    with pytest.raises(ValueError, match="best weights"):
        fork(ended, late, best, out=tmp_path / "new")
    with pytest.raises(ValueError, match="--images"):
        fork(ended, late, SLOWER, images=320, out=tmp_path / "new")
    with pytest.raises(ValueError, match="already holds a run"):
        fork(ended, late, SLOWER, out=ended.path)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "changes",
    [
        ("game.critic_steps=2",),
        ("train.batch=32",),
        ("rules.r1=1", "rules.lazy=4"),
        ("average.half_life_images=0",),
        ("average.half_life_images=500",),
        ("techniques.replay=50",),
        ("optims.critic.name=sgd",),
        ("optims.critic.name=rmsprop", "optims.generator.beta1=0.9"),
        ("optims.critic.weight_decay=0.1",),
        ("techniques.noise=0.1",),
        ("rules.adversarial=minimax",),
    ],
)
def test_a_state_goes_on_under_other_settings(ended: RunFolder, tmp_path: Path, changes: tuple[str, ...]) -> None:
    out = fork(ended, alarm("trouble", images=TOTAL), remedy("change", *changes), out=tmp_path / "new")
    with Session.resume(out) as session:
        assert session.engine.clock.images == pytest.approx(0.9 * TOTAL, abs=64)
        groups = session.engine.learners["generator"].optimizer.param_groups
        assert groups[0].get("betas", (0,))[0] == session.recipe.optims["generator"].beta1
        assert session.play().images == pytest.approx(TOTAL, abs=64)


def test_unchanged_settings_go_on_as_if_nothing_had_been(ended: RunFolder, tmp_path: Path) -> None:
    plan = Treatment(alarm("nothing"), remedy("nothing", f"average.ramp={Average().ramp}"), TOTAL * 18 // 20, TOTAL)
    treat(ended, plan, ended.recipe, RunFolder(tmp_path / "new"))
    with Session.resume(tmp_path / "new") as session:
        session.play()
    ours, theirs = (checkpoint.read(folder.resume) for folder in (RunFolder(tmp_path / "new"), ended))
    assert ours
    assert theirs
    assert json.dumps(ours["engine"]["clock"]) == json.dumps(theirs["engine"]["clock"])
    for name, tensor in ours["engine"]["game"].items():
        assert torch.equal(tensor, theirs["engine"]["game"][name]), name


def test_a_treated_run_counts_what_it_was_trained_in_vain() -> None:
    plan = Treatment(alarm("trouble"), SMOOTHER, images=1000, total=5000, spent=1800)
    assert plan.recipe(ring()).train.images == 4200
