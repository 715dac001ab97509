"""`sparring doctor`: what is asked, what is answered, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.cli.run_cli import Cli

from sparring.cli import crew, doctor
from sparring.doctor.case import Setup
from sparring.doctor.examining import subject_at
from sparring.doctor.findings import Claim, Finding, evidence_of
from sparring.doctor.live import Attending
from sparring.doctor.rule import Rule
from sparring.doctor.series import Series
from sparring.recipes import RECIPES, Facts
from sparring.run.folder import RunFolder
from sparring.settings import assign

ROUNDS, BATCH = 2000, 64
FLAT = "0.7 if t < 0.5 else 0.99"


def made(path: Path, auc: Callable[[float], float], *, until: float = 1.0, ended: bool = True) -> Path:
    """A run of points whose discriminator has this AUC over the share of the run, and a generator whose loss rises."""
    settings = [f"train.images={ROUNDS * BATCH}", f"train.batch={BATCH}"]
    run = RunFolder.create(path, assign(RECIPES["gan"].make(Facts((2,))), settings))
    data = {"name": "ring", "shape": [2], "training": None, "classes": []}
    plan = {"data": data, "images": ROUNDS * BATCH, "rounds": ROUNDS}
    lines = [{"kind": "plan", "images": 0, "seconds": 0.0, "plan": plan}]
    for number in range(5, int(until * ROUNDS) + 1, 5):
        share = number / ROUNDS
        readings = {
            "critic": {"adversarial": 0.5, "auc": auc(share), "gradient/critic": 1.0},
            "generator": {"adversarial": 1.0 + share, "gradient/generator": 1.0},
        }
        lines.append({"kind": "round", "images": number * BATCH, "seconds": share, "readings": readings})
    if ended:
        lines.append({"kind": "end", "images": int(until * ROUNDS) * BATCH, "seconds": 1.0, "reason": "finished"})
    run.journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def found(cli: Cli, *arguments: object) -> dict[str, dict[str, object]]:
    return {one["rule"]: one for one in cli("doctor", *arguments, "--json").json["findings"]}


def test_a_finding_is_told_with_everything(cli: Cli, tmp_path: Path) -> None:
    said = cli("doctor", made(tmp_path / "run", lambda t: 0.99))
    assert said.status == 0
    for part in (
        "run: gan, after 2,000 rounds, 128,000 images", "WARNING  The discriminator is too strong", "--set ", "1. ",
        f"doctor {tmp_path}/run --apply", "still so at 128,000", "auc is 0.99, above 0.95", "refuted by",
        "docs/doctor.md#critic-too-strong",
    ):  # fmt: skip
        assert part in said.out


def test_programs_get_findings_and_the_setup(cli: Cli, tmp_path: Path) -> None:
    said = cli("doctor", made(tmp_path / "run", lambda t: 0.99), "--json").json
    (finding,) = [one for one in said["findings"] if one["rule"] == "critic-too-strong"]
    assert finding["now"]
    assert finding["evidence"][0]["signal"] == "auc"
    assert (said["images"], said["rounds"], said["too_early"]) == (128_000, 2000, False)
    assert (said["setup"]["recipe"], said["setup"]["batch"]) == ("gan", BATCH)


def test_what_has_passed_is_told_on_request(cli: Cli, tmp_path: Path) -> None:
    run = made(tmp_path / "run", lambda t: 0.99 if 0.3 < t < 0.6 else 0.7)
    usual, everything = cli("doctor", run).out, cli("doctor", run, "--all").out
    assert "too strong" not in usual
    assert "no longer hold" in usual
    assert "--all" in usual
    assert "The discriminator is too strong" in everything
    assert "and no longer" in everything
    assert not found(cli, run)["critic-too-strong"]["now"]


def test_a_run_that_has_just_begun_is_too_early(cli: Cli, tmp_path: Path) -> None:
    said = cli("doctor", made(tmp_path / "run", lambda t: 0.99, until=0.02, ended=False))
    assert said.status == 0
    assert "too early to say more: verdicts wait for 100 rounds" in said.out
    assert "after 40 of 2,000 rounds" in said.out


def test_a_healthy_run_says_why(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sparring.doctor.rules import critic_too_strong

    only = (critic_too_strong.CRITIC_TOO_STRONG,)
    monkeypatch.setattr("sparring.doctor.examining.RULES", only)
    monkeypatch.setattr("sparring.doctor.rules.RULES", only)
    said = cli("doctor", made(tmp_path / "run", lambda t: 0.7))
    assert "Nothing speaks of trouble: 1 of 1 rules could be asked" in said.out
    assert "auc is 0.7: probability that a random real sample" in said.out


def test_a_log_of_losses_can_be_examined(cli: Cli, tmp_path: Path) -> None:
    rows = "".join(f"{n},{0.99},{1 + n / 1000}\n" for n in range(10, 2001, 10))
    (tmp_path / "log.csv").write_text(f"it,ranking,lossG\n{rows}")
    log = tmp_path / "log.csv"
    said = cli("doctor", log, "--columns", "auc=ranking", "--loss", "nonsaturating", "--batch", 32)
    assert "read  step from it, generator_loss from lossG, auc from ranking" in said.out
    assert "64,000 images" in said.out
    assert "The discriminator is too strong" in said.out
    assert "2,000 rounds" in cli("doctor", log).out


def test_what_is_new_is_told_while_a_run_goes_on(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(tmp_path / "run", lambda t: 0.7, until=0.5, ended=False)
    journal = run / "journal.jsonl"
    later = (made(tmp_path / "later", lambda t: 0.99) / "journal.jsonl").read_text()
    looks = []

    def wait(seconds: float) -> None:
        looks.append(seconds)
        journal.write_text(later)

    monkeypatch.setattr(doctor.time, "sleep", wait)
    said = cli("doctor", run, "--watch")
    assert said.status == 0
    assert len(looks) == 1
    assert said.out.count("The discriminator is too strong") == 1
    assert "has ended" in said.err


def test_while_watching_only_news_is_told(tmp_path: Path) -> None:
    subject = subject_at(made(tmp_path / "run", lambda t: 0.7), {}, Setup())
    warning = Finding("one", "warning", "It is ill", "So it is.", "Nothing.")
    alarm, small = replace(warning, severity="alarm"), Finding("two", "info", "It is so", "It is.", "Nothing.")
    worst, told = {}, []
    course = [[warning, small], [warning], [alarm, small], [], [warning], [alarm]]
    for before, now in zip([[], *course], course, strict=False):
        held, found = ({one.rule: one for one in some} for some in (before, now))
        told.append([" ".join(text.split())[:36] for text in doctor.news(found, held, worst, subject)])
    assert [len(some) for some in told] == [2, 0, 1, 1, 1, 0]
    assert told[0] == ["WARNING It is ill So it is. refuted ", "After 128,000 images: - It is so: It"]
    assert told[2][0].startswith("ALARM")
    assert told[3] == ["After 128,000 images no longer: It i"]
    assert told[4] == ["After 128,000 images again: It is il"]


def test_watching_ends_with_a_key(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(tmp_path / "run", lambda t: 0.7, until=0.5, ended=False)

    def press(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor.time, "sleep", press)
    assert cli("doctor", run, "--watch").status == 0


def test_one_sentence_refuses_what_cannot_be_examined(cli: Cli, tmp_path: Path) -> None:
    assert "say what to examine" in cli.mistake("doctor")
    assert "no run, CSV file or folder" in cli.mistake("doctor", tmp_path / "nothing")
    assert "neither a run nor" in cli.mistake("doctor", tmp_path)
    RunFolder.create(tmp_path / "new", RECIPES["gan"].make(Facts((2,))))
    assert "has measured nothing yet" in cli.mistake("doctor", tmp_path / "new")
    (tmp_path / "log.csv").write_text("loss_D\n1\n")
    for arguments, sentence in (
        (("--columns", "critic_loss"), "'critic_loss' has no column"),
        (("--loss", "nonsaturatin"), "Did you mean 'nonsaturating'"),
        (("--batch", "-3"), "--batch must be at least 1"),
        (("--watch", "--json"), "--watch tells people"),
    ):
        assert sentence in cli.mistake("doctor", tmp_path / "log.csv", *arguments)
    assert "leave out either" in cli.mistake("doctor", tmp_path, "--lint", "dcgan")
    assert "they go with --lint" in cli.mistake("doctor", tmp_path, "--data", "builtin:digits")
    assert "Did you mean 'dcgan'" in cli.mistake("doctor", "--lint", "dcgam", "--data", "builtin:digits")


def test_a_recipe_is_looked_through_before_training(cli: Cli) -> None:
    settings = ("--set", "optims.critic.lr=0", "networks.generator.width=8", "networks.critic.width=8")
    said = cli("doctor", "--lint", "dcgan", "--data", "builtin:digits", *settings)
    assert said.status == 0, said.err
    assert "dcgan on builtin:digits, before training" in said.out
    assert "ALARM  A player cannot learn" in said.out
    assert "Worth knowing (--all explains):" in said.out
    assert "seen " not in said.out
    asked = cli("doctor", "--lint", "gan-toy", "--json").json
    assert asked["findings"] == [] or asked["findings"][0]["first_images"] == 0


def test_the_doctor_speaks_while_a_run_goes_on(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def always(critic_loss: Series) -> Claim:
        return Claim((evidence_of("critic_loss", critic_loss, critic_loss.last, 9.0, "below"),))

    ill = Rule("ill", "warning", "It is ill", "So it is.", "Nothing.", (), always, early=True)
    known = Rule("known", "info", "Worth knowing", "It is.", "Nothing.", (), always, early=True)
    monkeypatch.setattr(crew, "Attending", partial(Attending, rules=(ill, known), every=2))
    run = tmp_path / "run"
    said = cli("train", "gan-toy", "--images", 1280, "--out", run, "--set", "train.batch=64")
    assert said.status == 0, said.err
    assert said.err.count(f"doctor      warning: it is ill (sparring doctor {run})") == 1
    assert f"Doctor:   warning: it is ill: sparring doctor {run}" in said.out
    assert "Worth knowing" not in said.err
    assert "It is ill" in (run / "report.html").read_text()
    events = EventAccumulator(str(run / "tensorboard"), {"tensors": 0}).Reload()
    assert "doctor/text_summary" in events.Tags()["tensors"]
    other = tmp_path / "other"
    healthy = cli("train", "gan-toy", "--images", 128, "--out", other, "--json", "--set", "watch.doctor=false")
    assert healthy.json["findings"] == []
    assert not (other / "findings.json").exists()
