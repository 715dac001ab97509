"""The hook for other people's loops: it changes nothing, writes what the doctor reads, and asks for little."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import sparring
from sparring.doctor import words
from sparring.doctor.case import Setup
from sparring.doctor.examining import examined, subject_at
from sparring.doctor.signals import SIGNALS

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "watched_loop.py"
ROUNDS, BATCH = 60, 16


def network(outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, outputs))


def real(count: int = 200) -> Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(0)) + 3


class Loop:
    """Somebody's training loop, which clears its gradients at the end of each step."""

    def __init__(self, rounds: int = ROUNDS):
        torch.manual_seed(0)
        self.rounds = rounds
        self.G, self.D = network(2), network(1)
        self.optimisers = [torch.optim.Adam(one.parameters(), 1e-3, betas=(0.5, 0.9)) for one in (self.G, self.D)]

    def watched(self, out: Path, **other: object) -> sparring.Vitals:
        return sparring.Vitals(
            out, generator=self.G, critic=self.D, real=real(), held_out=real(150) + 0.1, latent=2,
            generator_optimiser=self.optimisers[0], critic_optimiser=self.optimisers[1], loss="nonsaturating",
            batch=BATCH, rounds=self.rounds, share=1.0, **other,
        )  # fmt: skip

    def play(self, vitals: sparring.Vitals | None = None, *, detached: bool = False) -> list[object]:
        found = []
        for _ in range(self.rounds):
            fake = self.G(torch.randn(BATCH, 2))
            on_real, on_fake = self.D(real()[torch.randperm(200)[:BATCH]]), self.D(fake.detach())
            loss_D = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
            loss_D.backward()
            self.optimisers[1].step()
            loss_G = F.softplus(-self.D(fake.detach() if detached else fake)).mean()
            loss_G.backward()
            self.optimisers[0].step()
            for optimiser in self.optimisers:
                optimiser.zero_grad()
            if vitals:
                found += vitals.step(
                    critic_loss=loss_D, generator_loss=loss_G.item(), real_logits=on_real, fake_logits=on_fake
                )
        return found

    def numbers(self) -> list[Tensor]:
        return [tensor for one in (self.G, self.D) for tensor in one.state_dict().values()] + [torch.rand(3)]


def test_watching_changes_nothing(tmp_path):
    alone, watched = Loop(), Loop()
    alone.play()
    before = alone.numbers()
    torch.manual_seed(0)
    watched = Loop()
    watched.play(watched.watched(tmp_path / "out"))
    assert all(torch.equal(one, other) for one, other in zip(before, watched.numbers(), strict=True))
    assert (tmp_path / "out" / "vitals.jsonl").read_text().splitlines()  # how many looks depends on the machine's speed


def test_the_doctor_reads_what_was_written(tmp_path):
    loop = Loop()
    loop.play(loop.watched(tmp_path / "out", critic_steps=2, penalties={"r1": 1.0}))
    case = subject_at(tmp_path / "out", {}, Setup()).case
    assert (case.setup.adversarial, case.setup.batch, case.setup.rounds) == ("nonsaturating", BATCH, ROUNDS)
    assert case.setup.rates == {"generator": 1e-3, "critic": 1e-3}
    assert case.setup.momentum == {"generator": 0.5, "critic": 0.5}
    assert case.setup.batch_norm == {"generator", "critic"}
    assert case.setup.points
    for name in (
        "critic_loss", "generator_loss", "real_logit", "fake_logit", "accuracy", "auc", "critic_gradient",
        "generator_gradient", "critic_rate", "distance", "diversity", "held_out_logit", "generator_update",
    ):  # fmt: skip
        assert name in SIGNALS
        assert torch.tensor(case.series[name].values).isfinite().all(), name
    assert case.series["critic_loss"].rounds[-1] == ROUNDS
    assert case.series["distance"].images[-1] <= ROUNDS * BATCH
    assert case.series["generator_still"].last == 0


def test_a_generator_that_is_told_nothing_is_seen_though_gradients_are_cleared(tmp_path):
    loop = Loop()
    loop.play(loop.watched(tmp_path / "out"), detached=True)
    assert subject_at(tmp_path / "out", {}, Setup()).case.series["generator_still"].last == 1


def test_losses_alone_are_enough(tmp_path):
    vitals = sparring.Vitals(tmp_path / "out", rounds=1000)
    for number in range(1, 301):
        assert vitals.step(critic_loss=1.0, generator_loss=torch.tensor(number / 10)) == []
    case = subject_at(tmp_path / "out", {}, Setup()).case
    assert {name for name, series in case.series.items() if len(series)} >= {"critic_loss", "generator_loss"}
    assert "auc" not in case.series
    assert case.series["generator_loss"].last == pytest.approx(30, abs=1)


def test_probabilities_become_logits(tmp_path):
    vitals = sparring.Vitals(tmp_path / "out", loss="nonsaturating", probabilities=True)
    vitals.step(real_logits=torch.tensor([[0.5], [1.0]]), fake_logits=torch.tensor([[0.1], [0.2]]))
    line = json.loads((tmp_path / "out" / "journal.jsonl").read_text())
    assert line["readings"]["critic"]["auc"] == 1
    assert line["readings"]["critic"]["accuracy"] == 0.75  # a half is not yet real
    assert 0 < line["readings"]["critic"]["logit/real"] < 10


def test_findings_are_told_once_and_kept(tmp_path):
    vitals = sparring.Vitals(tmp_path / "out", loss="nonsaturating", rounds=2000)
    found = []
    for number in range(1, 801):
        scores = torch.linspace(1, 2, 8)
        found += vitals.step(generator_loss=1 + number / 100, real_logits=scores, fake_logits=-scores)
    assert [finding.rule for finding in found].count("critic-too-strong") == 1
    kept = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert "critic-too-strong" in [finding["rule"] for finding in kept["findings"]]


def test_what_is_dear_beside_the_training_is_measured_more_rarely(tmp_path, monkeypatch):
    monkeypatch.setattr("sparring.doctor.foreign.FREE_SECONDS", 0.0)
    vitals = sparring.Vitals(tmp_path / "out", rounds=1000, share=1e-9)
    for _ in range(60):
        vitals.step(critic_loss=1.0, generator_loss=1.0)
    lines = vitals.folder.journal.read_text().splitlines() if vitals.folder.journal.exists() else []
    assert len(lines) < 5
    assert not vitals.measures
    assert vitals.rounds == 60


def test_a_taken_folder_and_an_unknown_loss_are_refused(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(ValueError, match="is taken"):
        sparring.Vitals(tmp_path)
    with pytest.raises(ValueError, match="Did you mean 'hinge'"):
        sparring.Vitals(tmp_path / "out", loss="hing")


def test_a_damaged_setup_is_refused_in_a_sentence(tmp_path):
    sparring.Vitals(tmp_path / "out")
    (tmp_path / "out" / "setup.json").write_text('{"format": 1}')
    with pytest.raises(ValueError, match="damaged"):
        subject_at(tmp_path / "out", {}, Setup())


def test_the_example_runs(tmp_path, monkeypatch):
    arguments = ["--out", str(tmp_path / "out"), "--steps", "100", "--batch", "16"]
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), *arguments])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert subject_at(tmp_path / "out", {}, Setup()).case.now.rounds == 100


def test_the_example_with_a_mistake_is_told_of_it(tmp_path, monkeypatch, capsys):
    example = str(EXAMPLE.with_name("watched_images.py"))
    for mistake, told in ((["--forget-range"], True), ([], False)):
        monkeypatch.setattr(sys, "argv", [example, "--out", str(tmp_path / "out"), "--only-lint", *mistake])
        runpy.run_path(example, run_name="__main__")
        assert ("wrong-range" in capsys.readouterr().out) == told


def test_what_is_wrong_from_the_start_is_told_at_the_first_step(tmp_path):
    loop = Loop()
    loop.D = nn.Sequential(loop.D, nn.Sigmoid())
    vitals = loop.watched(tmp_path / "out")
    first = [finding.rule for finding in vitals.step()]
    assert "double-sigmoid" in first
    assert vitals.step() == []
    vitals.step(critic_loss=1.0)
    (found,) = [one for one in examined(subject_at(tmp_path / "out", {}, Setup())) if one.rule == "double-sigmoid"]
    assert words.holds(found, 1e6)
    again = loop.watched(tmp_path / "other", probabilities=True)
    assert "double-sigmoid" not in [finding.rule for finding in again.step()]


def test_networks_that_cannot_be_called_are_still_watched(tmp_path):
    loop = Loop()
    loop.G = nn.Linear(7, 2)  # not for noise of length 2
    vitals = loop.watched(tmp_path / "out")
    for _ in range(40):
        vitals.step(critic_loss=1.0)
    assert (tmp_path / "out" / "journal.jsonl").exists()
