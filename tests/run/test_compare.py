"""Tables, questions and clocks of comparisons."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.run.small import data, recipe

from sparring.games.synthesis import SynthesisSettings
from sparring.metrics.score import Protocol, Score
from sparring.play.machine import Machine
from sparring.recipes import Facts
from sparring.run.compare import WHOLE, Comparison, Plan, Question, Result, Row, comparable
from sparring.run.compare_answer import scored
from sparring.run.compare_plan import follows, lengthened
from sparring.run.compare_playing import Stopwatch
from sparring.run.compare_tables import lines, markdown
from sparring.run.journal import read
from sparring.run.pace import Trial
from sparring.run.scoring import NAME
from sparring.run.session import Session
from sparring.run.watching import Watching
from sparring.settings import assign

CPU = Machine(torch.device("cpu"), "fp32")


def result(row: str, seed: int, score: float | None = None, **more: object) -> Result:
    scores = {} if score is None else {NAME: score}
    state = "open" if score is None else "finished"
    known = {"state": state, "scores": scores, "last": scores, "images": 100, "seconds": 2.0, **more}
    return Result(row=row, seed=seed, run=f"{row}-seed{seed}", **known)  # type: ignore[arg-type]


def plan(*rows: str, ablate: tuple[str, ...] = ()) -> Plan:
    question = Question(("small",), ablate=ablate, seeds=2, images=64)
    return Plan(question, tuple(Row(name, recipe()) for name in rows))


def test_rows_are_ordered_by_score_and_carry_their_spread() -> None:
    found = lines([result("a", 0, 3.0), result("b", 0, 1.0), result("a", 1, 5.0), result("b", 1, 2.0)])
    assert [one["name"] for one in found] == ["b", "a"]
    assert (found[0]["score"], found[0]["best_seed"]) == (1.5, 0)
    assert found[1]["spread"] == pytest.approx(2**0.5)
    assert found[1]["images_per_second"] == 50
    assert "difference" not in found[0]


def test_broken_and_open_runs_are_told_and_come_last() -> None:
    broken = result("a", 0, state="broken", sentence="the loss is not finite")
    found = lines([broken, result("a", 1, state="open"), result("b", 0, 9.0), result("b", 1, state="open")])
    assert [one["name"] for one in found] == ["b", "a"]
    assert found[1]["broken"] == ["seed 0: the loss is not finite"]
    text = markdown(Comparison(Path(), plan("a", "b")), found)
    assert "9.0000 (of 1; 0 broke down, 1 not yet)" in text
    assert "broke down" in text.splitlines()[-1]


def test_ablation_pairs_seeds() -> None:
    runs = [result(WHOLE, 0, 1.0), result(WHOLE, 1, 2.0), result("without r1", 0, 1.5), result("without r1", 1, 2.25)]
    runs += [result("without ema", 0, 0.5), result("without ema", 1, 2.5)]
    found = {one["name"]: one for one in lines(runs)}
    assert "difference" not in found[WHOLE]
    worse, mixed = found["without r1"]["difference"], found["without ema"]["difference"]
    assert worse["seeds"] == {0: 0.5, 1: 0.25}
    assert (worse["mean"], worse["agree"]) == (0.375, True)
    assert mixed["agree"] is False
    text = markdown(Comparison(Path(), plan(WHOLE, ablate=("all",))), list(found.values()))
    assert "+0.5000 +0.2500" in text
    assert "yes, worse without" in text


def test_ablation_without_a_pair_says_nothing() -> None:
    found = lines([result(WHOLE, 0, state="open"), result("without r1", 0, 1.5)])
    assert found[0]["difference"] == {"seeds": {}, "mean": None, "spread": None, "agree": None}


def test_later_metrics_join_the_table() -> None:
    more = {NAME: 1.0, "coverage": 0.25}
    found = lines([result("a", 0, 1.0, scores=more, last=more)])
    assert found[0]["metrics"]["coverage"] == {"mean": 0.25, "spread": None}
    assert "coverage" in markdown(Comparison(Path(), plan("a")), found).splitlines()[0]


def test_rows_are_ordered_by_what_chose_their_weights_if_all_were_measured_alike(tmp_path: Path) -> None:
    def runs(*samples: int) -> list[Result]:
        kernel = [Score("kd-eyes", 1.0 - n, "lower", Protocol("eyes", fake=count)) for n, count in enumerate(samples)]
        known = [{NAME: 1.0 + n, "kd-eyes": kernel[n].value} for n in range(len(samples))]
        return [
            result("ab"[n], 0, scores=known[n], last=known[n], chosen=kernel[n].as_json(), state="finished")
            for n in range(len(samples))
        ]

    assert [one["name"] for one in lines(comparable(runs(256, 256)))] == ["b", "a"]
    head = markdown(Comparison(tmp_path, plan("a", "b")), lines(comparable(runs(256, 256)))).splitlines()[0]
    assert "sliced wasserstein" in head
    assert scored(comparable(runs(256, 256))) == ["kd-eyes (kernel distance) of 256 samples to 0 training ones"]
    for mixed in (runs(256, 512), [*runs(256), result("b", 0, 2.0)]):
        found = lines(comparable(mixed))
        assert [one["name"] for one in found] == ["a", "b"]
        assert all(set(one["metrics"]) == {NAME} for one in found)


def test_question_is_remembered_and_another_one_refused(tmp_path: Path) -> None:
    first = plan("a", "b")
    assert Comparison.open(tmp_path / "c", first.question) is None
    Comparison.begin(tmp_path / "c", first)
    again = Comparison.open(tmp_path / "c", first.question)
    assert again is not None
    assert again.plan == first
    assert [(row.name, seed) for row, seed in again.runs()] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    with pytest.raises(ValueError, match=r"another question \(images: 64, not 65\)"):
        Comparison.open(tmp_path / "c", Question(("small",), seeds=2, images=65))


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds something else"):
        Comparison.open(tmp_path, plan("a").question)
    (tmp_path / "compare.json").write_text("{}")
    with pytest.raises(ValueError, match="cannot be read"):
        Comparison.open(tmp_path, plan("a").question)


def test_stopwatch_counts_training_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    round_over = Watching.pictures

    def slow(self: Watching, seconds: float, final: bool = False) -> None:
        time.sleep(0.02)
        round_over(self, seconds, final)

    monkeypatch.setattr(Watching, "pictures", slow)
    with data(), Session.start(recipe(100_000), tmp_path / "run", after_round=[Stopwatch(0.1)]) as session:
        outcome = session.play()
        assert outcome.reason == "deadline"
        rounds = outcome.images / 8
        assert 0.1 <= session.trained < outcome.seconds - 0.015 * rounds
    assert next(line for line in read(tmp_path / "run" / "journal.jsonl") if line["kind"] == "end")["trained"] >= 0.1
    with data(), Session.resume(tmp_path / "run", after_round=[Stopwatch(0.1)]) as session:
        assert session.trained >= 0.1
        assert session.play().images <= outcome.images + 8  # the time is over, also after resuming


def test_length_follows_the_measured_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trial, "overall", lambda self, seconds: 100.0)
    facts = Facts((1, 16, 16))
    plain = assign(recipe(), ["optims.critic.schedule=constant"])
    assert lengthened(plain, facts, CPU, 10.0).train.images == 1504
    assert follows(recipe())
    assert lengthened(recipe(), facts, CPU, 10.0).train.images == 1104


def test_stages_are_measured_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    game = SynthesisSettings(latent=8, warmup_rounds=10, warmup_critic_steps=4)
    trial = Trial(replace(recipe(30), game=game), Facts((1, 16, 16)), CPU)
    assert len(trial.engine.stages) == 2
    played: list[int] = []
    play = Trial.play

    def noted(self: Trial, stage: int, number: int) -> int:
        played.append(stage)
        return play(self, stage, number)

    monkeypatch.setattr(Trial, "play", noted)
    assert trial.overall(0.0) > 0
    assert played == [0, 0, 1, 1]
    assert trial.overall(0.0) > 0  # also after the last round
