"""How players learn: optimisers, schedules, clipping, averages."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from tests.play.arena import Generator, Journal, furthest, play, points, synthesis
from torch import nn

from sparring.play.engine import Engine
from sparring.play.game import Player
from sparring.play.learner import Learner
from sparring.play.optim import Average, Averaged, Optim


def test_optimisers_are_torchs_own() -> None:
    module = nn.Linear(2, 2)
    built = {name: Optim(name, momentum=0.3).build(module.parameters()) for name in ("adam", "adamw", "rmsprop", "sgd")}
    assert [type(one).__name__ for one in built.values()] == ["Adam", "AdamW", "RMSprop", "SGD"]
    assert built["adam"].param_groups[0]["betas"] == (0.5, 0.999)
    assert built["sgd"].param_groups[0]["momentum"] == 0.3
    assert built["adam"].param_groups[0]["fused"]


def test_weight_decay_spares_biases_and_gains() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    heavy, light = Optim("adamw", weight_decay=0.1).build(module.parameters()).param_groups
    assert (heavy["weight_decay"], len(heavy["params"])) == (0.1, 1)
    assert (light["weight_decay"], len(light["params"])) == (0.0, 3)


@pytest.mark.parametrize(
    ("optim", "images", "rate"),
    [
        (Optim(lr=0.1), 70, 0.1),
        (Optim(lr=0.1, schedule="linear"), 25, 0.075),
        (Optim(lr=0.1, schedule="linear"), 100, 0.0),
        (Optim(lr=0.1, schedule="linear", hold=0.5), 50, 0.1),
        (Optim(lr=0.1, schedule="linear", hold=0.5), 75, 0.05),
        (Optim(lr=0.1, schedule="linear", hold=1.0), 100, 0.1),
        (Optim(lr=0.1, schedule="cosine"), 25, 0.1 * (1 + math.cos(math.pi / 4)) / 2),
        (Optim(lr=0.1, schedule="cosine", hold=0.2), 60, 0.05),
        (Optim(lr=0.1, schedule="linear", final=0.2), 50, 0.06),
        (Optim(lr=0.1, schedule="linear", final=0.2), 100, 0.02),
        (Optim(lr=0.1, schedule="cosine", final=0.3), 100, 0.03),
        (Optim(lr=0.1, schedule="cosine", final=0.3), 0, 0.1),
        (Optim(lr=0.1, final=0.3), 100, 0.1),
        (Optim(lr=0.1, warmup_images=20), 5, 0.025),
        (Optim(lr=0.1, warmup_images=20), 30, 0.1),
        (Optim(lr=0.1, warmup_images=20, schedule="linear"), 10, 0.045),
    ],
)
def test_schedules_in_closed_form(optim: Optim, images: int, rate: float) -> None:
    assert optim.rate(images, 100) == pytest.approx(rate, abs=1e-12)


def test_the_engine_sets_the_rate_of_the_round() -> None:
    optim, rates = Optim(lr=0.1, schedule="linear", warmup_images=16), []

    def watch(clock: object, turn: Any, readings: object) -> None:
        if turn.title == "generator":
            rates.append(engine.learners["generator"].optimizer.param_groups[0]["lr"])

    game = synthesis(rounds=5, optim=optim, critic_steps=2)
    engine = Engine(game, points(8), watchers=[watch])
    engine.run()
    assert engine.clock.total == 80
    assert rates == pytest.approx([optim.rate(images, 80) for images in (0, 16, 32, 48, 64)])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "adagrad"}, "there is no optimiser 'adagrad'; known: adam, adamw, rmsprop, sgd"),
        ({"schedule": "steps"}, "there is no schedule 'steps'; known: constant, linear, cosine"),
        ({"lr": -1.0}, "lr must not be negative, and is -1.0"),
        ({"beta2": 1.0}, r"beta2 must lie in \[0, 1\), and is 1.0"),
        ({"final": -0.1}, "final is a share of the learning rate, 0..1, and is -0.1"),
        ({"hold": 1.5}, "hold is a share of the run, 0..1, and is 1.5"),
    ],
)
def test_impossible_optimisers_refuse(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Optim(**values)


def taught(optim: Optim) -> tuple[Learner, torch.Tensor]:
    """A learner whose two gradients are (3, 0) and 4, so of norm 5, after clipping."""
    module = nn.Linear(2, 1)
    learner = Learner(Player((module,), optim))
    module.weight.grad, module.bias.grad = torch.tensor([[3.0, 0.0]]), torch.tensor([4.0])
    size = learner.size()
    learner.clip(size)
    return learner, size


@pytest.mark.parametrize(
    ("optim", "weight", "bias"),
    [
        (Optim(), 3.0, 4.0),
        (Optim(clip_norm=10.0), 3.0, 4.0),
        (Optim(clip_norm=1.0), 0.6, 0.8),
        (Optim(clip_value=3.5), 3.0, 3.5),
        (Optim(clip_norm=1.0, clip_value=0.7), 0.6, 0.7),
    ],
)
def test_clipping(optim: Optim, weight: float, bias: float) -> None:
    learner, size = taught(optim)
    assert float(size) == 5.0
    found = [grad.flatten()[0].item() for grad in learner.grads if grad is not None]
    assert found == pytest.approx([weight, bias], rel=1e-5)


def test_readings_show_the_norm_before_clipping() -> None:
    journal = Journal()
    play(synthesis(optim=Optim(clip_norm=1e-3)), points(), 1, watchers=[journal])
    assert journal.of("critic")[0]["gradient/critic"] > 1e-2


def test_nothing_to_learn_is_said() -> None:
    with pytest.raises(ValueError, match="a player has nothing to learn"):
        Learner(Player((nn.Linear(2, 2).requires_grad_(False),), Optim()))


def test_decay_is_a_half_life_in_images() -> None:
    assert Average(10_000, ramp=0).decay(32, 99) == pytest.approx(0.5 ** (32 / 10_000))
    assert Average(10_000, ramp=0).decay(10_000, 0) == 0.5
    assert Average(10_000, ramp=0.05).decay(64, 640) == 0.5 ** (64 / 32)  # early on: 5% of the images seen
    assert Average(10_000, ramp=0.05).decay(64, 10**6) == 0.5 ** (64 / 10_000)
    assert Average(0.0).decay(64, 64) == 0.0


@pytest.mark.parametrize("batch", [1, 4, 25])
def test_after_a_half_life_the_first_weights_count_half(batch: int) -> None:
    module = nn.Linear(1, 1, bias=False)
    nn.init.ones_(module.weight)
    averaged = Averaged((module,), Average(100.0, ramp=0))
    nn.init.zeros_(module.weight)
    for images in range(batch, 101, batch):
        averaged.update((module,), batch, images)
    assert float(averaged.copies[0].weight.detach()) == pytest.approx(0.5, rel=1e-5)


def test_the_first_weights_fade_by_the_product_of_decays() -> None:
    module, rule = nn.Linear(1, 1, bias=False), Average(100.0, ramp=0.2)
    nn.init.ones_(module.weight)
    averaged = Averaged((module,), rule)
    nn.init.zeros_(module.weight)
    left = 1.0
    for images in range(16, 161, 16):
        averaged.update((module,), 16, images)
        left *= rule.decay(16, images)
    assert float(averaged.copies[0].weight.detach()) == pytest.approx(left, rel=1e-5)


def test_a_resting_player_is_its_own_average() -> None:
    module = Generator(norm=True)
    averaged = Averaged((module,), Average(10.0))
    averaged.update((module,), 16, 64)
    assert furthest(averaged.copies[0], module) == 0.0


def test_statistics_are_averaged_and_other_buffers_copied() -> None:
    module = nn.BatchNorm1d(2)
    module.register_buffer("direction", torch.zeros(2))
    averaged = Averaged((module,), Average(16.0, ramp=0))
    module.running_mean.fill_(4.0)
    module.running_var.fill_(3.0)
    module.direction.fill_(7.0)
    module.num_batches_tracked.fill_(9)
    averaged.update((module,), 16, 64)
    copied = averaged.copies[0]
    assert copied.running_mean.tolist() == [2.0, 2.0]
    assert copied.running_var.tolist() == [2.0, 2.0]
    assert copied.direction.tolist() == [7.0, 7.0]
    assert int(copied.num_batches_tracked) == 9


def test_the_average_learns_nothing_itself_and_is_for_looking() -> None:
    averaged = Averaged((Generator(norm=True),), Average())
    assert not any(parameter.requires_grad for parameter in averaged.parameters())
    assert not averaged.copies[0].training


def test_the_engine_averages_once_a_round() -> None:
    rule = Average(50.0, ramp=0.5)
    game = synthesis(rounds=3, critic_steps=2, average=rule)
    want = game.generator.last.weight.detach().clone()
    engine = Engine(game, points(8))
    for images in (16, 32, 48):
        engine.run(1)
        assert engine.clock.images == images
        want.lerp_(game.generator.last.weight.detach(), 1 - rule.decay(16, images))
    average = engine.learners["generator"].average
    assert average is not None
    assert torch.allclose(average.copies[0].last.weight, want, atol=1e-7)
    assert engine.learners["critic"].average is None
