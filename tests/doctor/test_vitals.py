"""Looking changes nothing, says what it can, and takes a small share of the time."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from sparring.doctor.live import Attending
from sparring.doctor.looking import Looking
from sparring.doctor.patient import Patient, Reals, patient_of
from sparring.doctor.reading import records
from sparring.doctor.reals import reals_of
from sparring.doctor.vitals import SHARE, Vitals
from sparring.games.autoencoding import AutoencodingSettings
from sparring.games.growing import GrowingSettings
from sparring.games.inference import InferenceSettings
from sparring.networks import NETWORKS
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.play.scene import Verdict
from sparring.recipes.recipe import Recipe
from sparring.run.session import Session
from tests.run.small import Blobs, assert_equal, data, recipe

SAMPLES = {"distance", "quality", "coverage", "diversity", "batch_spread", "rank", "duplicates", "regions", "copying"}
PLAYERS = {"training_logit", "probe_fake_logit", "input_gradient", "critic_update", "generator_update"}


def played(made: Recipe, out: Path, source: Blobs, **attending: object) -> list[dict]:
    """The lines of a run that was looked at."""
    with data(source), Session.start(made, out, after_round=[Attending(rules=(), **attending)]) as session:
        session.play()
    return list(records(out / "vitals.jsonl"))


def unseen(made: Recipe, out: Path, source: Blobs) -> None:
    with data(source), Session.start(made, out) as session:
        session.play()


def conditional() -> tuple[Recipe, Blobs]:
    made = recipe(14, dcgan=True, batch=8)
    return dataclasses.replace(made, spectral_norm=("critic",)), Blobs(classes=("small", "large"))


def on_points() -> tuple[Recipe, Blobs]:
    return recipe(14, batch=16), Blobs((2,))


@pytest.mark.parametrize("case", [conditional, on_points])
def test_a_run_that_was_looked_at_equals_one_that_was_not(tmp_path: Path, case) -> None:
    """To the bit: weights, averages, buffers, optimisers, random states and readings."""
    made, source = case()
    lines = played(made, tmp_path / "seen", source, every=3)
    unseen(made, tmp_path / "unseen", source)
    assert len(lines) >= 4
    assert_equal(tmp_path / "seen", tmp_path / "unseen")


def test_a_look_leaves_the_engine_as_it_was(tmp_path: Path) -> None:
    made, source = conditional()
    with data(source), Session.start(made, tmp_path / "run") as session:
        engine = session.engine
        engine.run(3)
        game = engine.game
        before = {name: tensor.clone() for name, tensor in game.state_dict().items()}
        grads = {name: None if p.grad is None else p.grad.clone() for name, p in game.named_parameters()}
        flags = [p.requires_grad for p in game.parameters()]
        modes = [module.training for module in game.modules()]
        streams = (torch.get_rng_state(), engine.dice.get_state(), random.getstate(), np.random.get_state()[1].copy())  # noqa: NPY002
        vitals = Vitals(lambda count, held: reals_of(source, count, held), 100, 8, points=False, every=1)
        vitals.round_over(3.0, 1.0, lambda: patient_of(engine, made, 2))
        assert vitals.round_over(4.0, 1.0, lambda: patient_of(engine, made, 2))
    for name, tensor in game.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    for name, parameter in game.named_parameters():
        kept = grads[name]
        assert parameter.grad is None if kept is None else torch.equal(parameter.grad, kept)
    assert flags == [p.requires_grad for p in game.parameters()]
    assert modes == [module.training for module in game.modules()]
    after = (torch.get_rng_state(), engine.dice.get_state(), random.getstate(), np.random.get_state()[1])  # noqa: NPY002
    assert torch.equal(streams[0], after[0])
    assert torch.equal(streams[1], after[1])
    assert streams[2] == after[2]
    assert (streams[3] == after[3]).all()


def test_everything_is_measured_of_conditional_images(tmp_path: Path) -> None:
    made, source = conditional()
    values = played(made, tmp_path / "run", source, every=5)[-1]["values"]
    classes = {
        "class_divergence",
        "least_class",
        "class_agreement",
        "label_effect",
        "label_sense",
        "noise_effect",
        "class_spread",
    }
    images = {"channel_gap", "contrast", "saturated", "checkerboard", "border_gap", "blank_share", "activation_peak"}
    rest = {"movement", "distance_raw", "mode_gap", "batch_effect", "generator_still", "critic_still"}
    missing = (SAMPLES | PLAYERS | classes | images | rest) - set(values)
    assert not missing
    assert values["generator_still"] == 0
    assert 0 < values["critic_update"] < 0.5
    assert values["checkerboard"] > 0


def test_points_have_no_colours(tmp_path: Path) -> None:
    made, source = on_points()
    values = played(made, tmp_path / "run", source, every=5)[-1]["values"]
    assert set(values) >= SAMPLES | PLAYERS
    assert not {"channel_gap", "checkerboard", "class_divergence", "activation_peak"} & set(values)


def networks(**kinds: str) -> dict[str, object]:
    return {role: NETWORKS[kind](width=4) for role, kind in kinds.items()}


def test_pairs_are_judged_as_pairs(tmp_path: Path) -> None:
    made = dataclasses.replace(
        recipe(8),
        networks=networks(generator="dcgan-generator", encoder="encoder", critic="joint-critic"),
        game=InferenceSettings(latent=8),
        optims={role: Optim() for role in ("generator", "encoder", "critic")},
        rules=Rules(),
    )
    values = played(made, tmp_path / "run", Blobs(), every=3)[-1]["values"]
    assert set(values) >= SAMPLES | PLAYERS


def test_autoencoders_are_looked_at(tmp_path: Path) -> None:
    made = dataclasses.replace(
        recipe(8),
        networks=networks(generator="dcgan-generator", critic="dcgan-critic")
        | {"encoder": NETWORKS["encoder"](width=4, stochastic=True)},
        game=AutoencodingSettings(latent=8, layer=0),
        optims={role: Optim() for role in ("generator", "encoder", "critic")},
        rules=Rules(),
    )
    values = played(made, tmp_path / "run", Blobs(), every=3)[-1]["values"]
    assert set(values) >= SAMPLES | PLAYERS


def test_growing_networks_are_compared_at_their_level(tmp_path: Path) -> None:
    made = dataclasses.replace(
        recipe(12),
        networks={role: NETWORKS[f"progan-{role}"](width=8) for role in ("generator", "critic")},
        game=GrowingSettings(latent=8),
        rules=Rules("wasserstein", gp=10),
        average=Average(half_life_images=100),
    )
    lines = played(made, tmp_path / "run", Blobs(), every=2)
    assert len(lines) > 3
    assert all(set(line["values"]) >= SAMPLES | PLAYERS for line in lines)
    assert not any("generator_still" in line["values"] for line in lines)


def test_packs_are_judged_as_packs(tmp_path: Path) -> None:
    made = recipe(8, dcgan=True)
    made = dataclasses.replace(made, techniques=dataclasses.replace(made.techniques, pack=2))
    assert set(played(made, tmp_path / "run", Blobs(), every=3)[-1]["values"]) >= SAMPLES | PLAYERS


def patient() -> Patient:
    generator, critic = torch.nn.Linear(4, 2), torch.nn.Linear(2, 1)
    return Patient(
        generator,
        lambda count, dice: torch.randn(count, 4, generator=dice),
        "hinge",
        critic,
        forge=lambda network, z, y: network(z),
        judge=lambda network, x, y: Verdict((network(x),)),
    )


def watched(rounds: int, seconds: float, cost: float, monkeypatch) -> tuple[list[int], Vitals]:
    """Rounds at which looks were made, in a training of so many seconds a round with looks of so many seconds."""
    clock = [0.0]
    monkeypatch.setattr("sparring.doctor.meter.time.perf_counter", lambda: clock[0])
    monkeypatch.setattr("sparring.doctor.meter.time.process_time", lambda: clock[0])

    def look(looking: Looking, who: Patient, at: float) -> dict[str, float]:
        clock[0] += cost
        return {"distance": 1.0}

    monkeypatch.setattr(Looking, "look", look)
    vitals = Vitals(lambda count, held: Reals(torch.randn(count, 2), None), rounds, 64, points=True)
    seen = [number for number in range(1, rounds + 1) if vitals.round_over(float(number), number * seconds, patient)]
    return seen, vitals


def test_looks_come_early_and_keep_to_their_share(monkeypatch) -> None:
    seen, vitals = watched(2000, 0.003, 0.006, monkeypatch)
    assert seen[0] <= 25
    assert len(seen) >= 15
    assert seen[-1] > 1900
    assert max(b - a for a, b in itertools.pairwise(seen)) < 200
    assert vitals.spent <= SHARE * 6.0


def test_dear_looks_are_rare(monkeypatch) -> None:
    seen, vitals = watched(2000, 0.003, 0.05, monkeypatch)
    assert 1 <= len(seen) <= 3
    assert vitals.affords(0.0, 2000.0, 6.0)
    assert not vitals.affords(0.1, 2000.0, 6.0)
    assert vitals.spent <= SHARE * 6.0 + 1e-9


def test_cheap_looks_are_not_without_end(monkeypatch) -> None:
    seen, _ = watched(5000, 0.1, 0.001, monkeypatch)
    assert 50 < len(seen) < 80


def test_other_loops_can_be_looked_at() -> None:
    vitals = Vitals(lambda count, held: Reals(torch.randn(count, 2), None), 50, 8, points=True, every=2)
    found = [vitals.round_over(float(number), 0.0, patient) for number in range(1, 7)]
    assert [bool(one) for one in found] == [False, True, False, True, False, True]
    assert set(found[-1]) >= SAMPLES | {"training_logit", "input_gradient", "movement"}


def test_who_does_not_make_samples_from_noise_is_not_looked_at() -> None:
    def none(count: int, held: int) -> Reals:
        raise AssertionError("nobody needs real samples")

    vitals = Vitals(none, 50, 8, points=False, every=1)
    assert not any(vitals.round_over(float(number), 0.0, lambda: None) for number in range(1, 5))


def test_a_generator_that_broke_down_has_no_distance() -> None:
    who = patient()
    with torch.no_grad():
        who.generator.weight.fill_(float("nan"))
    vitals = Vitals(lambda count, held: Reals(torch.randn(count, 2), None), 50, 8, points=True, every=1)
    vitals.round_over(1.0, 0.0, lambda: who)
    found = vitals.round_over(2.0, 0.0, lambda: who)
    assert np.isnan(found["distance"])
