from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from sparring.doctor import autopilot, breakdown
from sparring.doctor.autopilot import Autopilot, flying
from sparring.doctor.findings import Finding, Remedy
from sparring.doctor.ranking import SYMPTOMS
from sparring.play.guard import NonFiniteError
from sparring.recipes import Recipe
from sparring.run.folder import RunFolder
from sparring.run.journal import read
from sparring.run.session import Outcome, Session
from sparring.settings import assign

from .pilots import BATCH, ROUNDS, SLOWER, SMOOTHER, STEP, WIDER, WINDOW, WORDS, Alarmist, alarm, quick, remedy, ring

TOTAL = BATCH * ROUNDS
FIRST = 34 * BATCH
BACK = 24 * BATCH
"""The newest state from before the window."""
IN_VAIN = FIRST - BACK
Holds = Callable[[int, Recipe], Finding | None]


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


class Run:
    """A run with an autopilot, and what came of it."""

    def __init__(self, out: Path, holds: Holds, recipe: Recipe | None = None):
        self.folder, self.said, self.holds = RunFolder(out), list[str](), holds
        self.recipe = recipe or ring()

    @property
    def pilot(self) -> Autopilot:
        return Autopilot(self.folder, lambda: Alarmist(self.holds), self.said.append)

    def start(self) -> Outcome:
        pilot = self.pilot
        session = Session.start(self.recipe, self.folder.path, after_round=pilot.hooks())
        pilot.begin()
        return pilot.play(session, None)

    def resume(self) -> Outcome:
        pilot = self.pilot
        pilot.begin()
        return pilot.play(Session.resume(self.folder.path, after_round=pilot.hooks()), None)

    @property
    def kinds(self) -> list[str]:
        return [line["kind"] for line in read(self.folder.autopilot)]

    @property
    def tried(self) -> list[str]:
        return [line["remedy"]["name"] for line in read(self.folder.autopilot) if line["kind"] == "treat"]


def until_cured(*remedies: Remedy, first: int = FIRST) -> Holds:
    """An alarm from round 34 on, as long as the critic has little R1."""

    def holds(images: int, recipe: Recipe) -> Finding | None:
        sick = images >= first and not recipe.rules.r1 > 0.1
        return alarm("trouble", *remedies) if sick else None

    return holds


def test_a_healthy_run_is_left_alone(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", lambda images, recipe: None)
    assert run.start() == Outcome("finished", TOTAL, pytest.approx(0, abs=60))  # type: ignore[arg-type]
    assert run.kinds == ["on"]
    assert not run.said


def test_an_alarm_is_answered_by_the_first_remedy(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", until_cured(WORDS, SMOOTHER, SLOWER))
    outcome = run.start()
    assert run.kinds == ["on", "treat", "treated"]
    treat, treated = list(read(run.folder.autopilot))[1:]
    assert treat["images"] == FIRST
    assert treated["images"] == BACK
    assert run.folder.recipe == assign(ring(), [*SMOOTHER.changes, f"train.images={TOTAL - IN_VAIN}"])
    assert outcome.reason == "finished"
    assert outcome.images == TOTAL - IN_VAIN  # all in all as many as planned
    assert len(run.said) == 1
    assert "rules.r1=0.5" in run.said[0]
    journal = list(read(run.folder.journal))
    assert any("smoother" in line.get("sentence", "") for line in journal)
    assert [line["images"] for line in journal] == sorted(line["images"] for line in journal)
    seconds = [line["seconds"] for line in journal]
    assert seconds == sorted(seconds)  # what was trained in vain took its time


def test_what_does_not_help_is_followed_by_the_next_from_the_start(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", until_cured(SLOWER, SMOOTHER))
    assert run.start().reason == "finished"
    assert run.tried == ["slower", "smoother"]
    assert [line["images"] for line in read(run.folder.autopilot) if line["kind"] == "treated"] == [BACK, 0]
    assert run.folder.recipe.optims["critic"].lr == 1e-4
    assert run.folder.recipe.rules.r1 == 0.5


def test_an_alarm_does_not_count_before_all_it_saw_is_new(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", until_cured(SLOWER, SMOOTHER))
    run.start()
    lines = list(read(run.folder.autopilot))
    assert lines[3]["images"] >= lines[2]["cool"] == lines[2]["images"] + WINDOW


def test_no_remedy_is_tried_twice_and_the_end_is_said_clearly(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", until_cured(SLOWER, WORDS))
    outcome = run.start()
    assert outcome.reason == "exhausted"
    assert run.tried == ["slower"]
    assert run.said[-1] == "The autopilot gives up. What is wrong: Trouble is at hand. It has tried slower."
    assert list(read(run.folder.journal))[-1]["reason"] == "exhausted"
    assert run.folder.last.exists()
    assert not flying(run.folder)


def test_nothing_is_tried_where_no_setting_helps(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", until_cured(WORDS))
    assert run.start().images == FIRST + WINDOW  # it might have passed
    assert "no setting would help" in run.said[-1]


def test_there_is_an_end_to_trying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autopilot, "MOST", 2)
    remedies = [remedy(f"remedy-{n}", f"optims.critic.lr=1e-{n}") for n in range(4, 8)]
    run = Run(tmp_path / "run", until_cured(*remedies), ring("train.images=3200"))
    assert run.start().reason == "exhausted"
    assert run.tried == ["remedy-4", "remedy-5"]


def test_a_remedy_that_cannot_be_made_is_passed_over(tmp_path: Path) -> None:
    wrong = remedy("wrong", "techniques.augment.kind=diffaugment")  # of points
    run = Run(tmp_path / "run", until_cured(wrong, SMOOTHER))
    assert run.start().reason == "finished"
    assert run.kinds == ["on", "treat", "refused", "treat", "treated"]


def test_other_networks_begin_anew_within_what_is_left(tmp_path: Path) -> None:
    def holds(images: int, recipe: Recipe) -> Finding | None:
        narrow = recipe.networks["critic"].widths == (16, 16)  # type: ignore[attr-defined]
        return alarm("trouble", WIDER) if images >= FIRST and narrow else None

    run = Run(tmp_path / "run", holds)
    assert run.start().images == TOTAL - FIRST


def test_trouble_from_the_beginning_is_answered_there(tmp_path: Path) -> None:
    early = 20 * BATCH  # a state from before the window was kept
    run = Run(
        tmp_path / "run",
        lambda images, recipe: alarm("x", SMOOTHER) if images >= early and not recipe.rules.r1 > 0.1 else None,
    )
    assert run.start().images == TOTAL - early


def test_a_warning_that_does_not_go_away_counts_as_an_alarm(tmp_path: Path) -> None:
    def holds(images: int, recipe: Recipe) -> Finding | None:
        sick = images >= FIRST and not recipe.rules.r1 > 0.1
        return alarm(rule, SMOOTHER, severity="warning") if sick else None

    rule = "trouble"
    run = Run(tmp_path / "cause", holds)
    run.start()
    assert [line["images"] for line in read(run.folder.autopilot) if line["kind"] == "treat"] == [FIRST + 2 * WINDOW]
    rule = SYMPTOMS[0]
    run = Run(tmp_path / "symptom", holds)
    run.start()
    assert not run.tried


def test_in_its_last_third_a_run_does_not_begin_anew(tmp_path: Path) -> None:
    late = 56 * BATCH

    def holds(images: int, recipe: Recipe) -> Finding | None:
        sick = images > late and not recipe.rules.r1 > 0.1
        return alarm("trouble", WIDER, SMOOTHER, images=BATCH).lasting(BATCH, images) if sick else None

    run = Run(tmp_path / "run", holds)
    run.start()
    assert run.tried == ["smoother"]
    assert list(read(run.folder.autopilot))[-1]["images"] == late - 2 * STEP  # the oldest state, none being older


def test_too_late_is_too_late(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", lambda images, recipe: alarm("trouble", SLOWER) if images > 0.95 * TOTAL else None)
    assert run.start().reason == "finished"
    assert run.kinds == ["on"]


def test_a_run_is_resumed_after_a_kill_at_any_moment_of_a_treatment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Run(tmp_path / "whole", until_cured(SMOOTHER))
    whole.start()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for where in ("autopilot.treat", "treating.past", "treating.checkpoint_of", "treating.to_json"):
        run = Run(tmp_path / where, until_cured(SMOOTHER))
        monkeypatch.setattr(f"sparring.doctor.{where}", killed)
        with pytest.raises(KeyboardInterrupt):
            run.start()
        monkeypatch.undo()
        quick(monkeypatch)
        assert run.kinds == ["on", "treat"]
        assert flying(run.folder)
        assert run.resume().images == TOTAL - IN_VAIN
        assert run.kinds == ["on", "treat", "treated"]
        assert run.folder.recipe == whole.folder.recipe


def test_an_interrupted_run_goes_on_with_its_autopilot(tmp_path: Path) -> None:
    run = Run(tmp_path / "run", until_cured(SLOWER, SMOOTHER))

    def stopped(images: int, recipe: Recipe) -> Finding | None:
        if recipe.optims["critic"].lr == 1e-4 and images == 26 * BATCH:
            os.kill(os.getpid(), signal.SIGINT)
        return until_cured(SLOWER, SMOOTHER)(images, recipe)

    run.holds = stopped
    assert run.start().reason == "interrupted"
    assert run.tried == ["slower"]
    run.holds = until_cured(SLOWER, SMOOTHER)
    assert run.resume().reason == "finished"
    assert run.tried == ["slower", "smoother"]


def broken(out: Path) -> Run:
    return Run(out, lambda images, recipe: None, ring("optims.critic.lr=1e30", "rules.r1=0"))


def test_numbers_that_break_down_are_an_alarm_too(tmp_path: Path) -> None:
    run = broken(tmp_path / "run")
    assert run.start().reason == "finished"
    assert run.tried == ["lower-rates"]


def test_a_breakdown_that_cannot_be_helped_is_told_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdown, "BROKEN", ())
    run = broken(tmp_path / "run")
    with pytest.raises(NonFiniteError, match="gives up"):
        run.start()
    assert not flying(run.folder)
