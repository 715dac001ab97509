from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from sparring.doctor.measures import movement, verdicts
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.scene import Verdict

HINGE = ADVERSARIAL["hinge"]


def test_memory_is_the_way_from_known_samples_to_fakes_that_unknown_ones_have_gone():
    assert verdicts.memory_gap(2.0, 2.0, -1.0, 1.0) == 0
    assert verdicts.memory_gap(2.0, -1.0, -1.0, 1.0) == 1
    assert math.isnan(verdicts.memory_gap(0.0, 0.0, 0.0, 1.0))


def test_labels_have_an_effect_or_none():
    logits = torch.randn(64)
    assert verdicts.label_effect(logits, logits) == 0
    assert verdicts.label_effect(logits, -logits) > 0.5
    assert abs(verdicts.label_sense(logits, -logits)) < 0.5
    assert verdicts.label_sense(logits, logits - 1) > 0.5


def test_a_critic_that_judges_batches_is_found_out():
    real, fake = torch.randn(32, 4) + 0.3, torch.randn(32, 4)

    def by_batch(x: Tensor) -> Verdict:
        return Verdict((x.mean(dim=(0, 1), keepdim=True).expand(len(x), 1) - 0.15 + 0 * x[:, :1],))

    def by_sample(x: Tensor) -> Verdict:
        return Verdict((x.mean(1, keepdim=True) - 0.15,))

    assert verdicts.batch_effect(by_batch, real, fake, HINGE) == pytest.approx(-0.5)
    assert verdicts.batch_effect(by_sample, real, fake, HINGE) == 0


def test_the_slope_at_a_fake_does_not_depend_on_how_many_there_are():
    critic = nn.Linear(3, 1)
    weight = critic.weight.norm().item()
    for count in (4, 32):
        found = verdicts.input_gradient(
            lambda x: Verdict((critic(x),)), torch.randn(count, 3), Verdict((torch.zeros(count, 1),)), HINGE
        )
        assert found == pytest.approx(weight, rel=1e-4)
    assert critic.weight.grad is None


def test_weights_at_the_bound_are_counted():
    weights = [torch.tensor([0.01, -0.01, 0.0]), torch.tensor([0.005])]
    assert verdicts.clipped_share(weights, 0.01) == 0.5


def test_an_update_is_measured_by_the_weights():
    before, now = [torch.full((4,), 1.0)], [torch.full((4,), 1.1)]
    assert movement.update_size(before, now, 1) == pytest.approx(0.1, rel=1e-4)
    assert movement.update_size(before, now, 2) == pytest.approx(0.05, rel=1e-4)


def test_movement_is_per_thousand_rounds():
    seen = torch.zeros(8, 2)
    assert movement.movement(seen + torch.tensor([0.1, 0.0]), seen, 100) == pytest.approx(1.0)


def test_parameters_without_a_gradient_stand_still():
    told, zero, none = (nn.Parameter(torch.ones(2)) for _ in range(3))
    told.grad, zero.grad = torch.ones(2), torch.zeros(2)
    assert movement.still([told, zero, none]) == pytest.approx(2 / 3)
    assert movement.still([none]) == 1
