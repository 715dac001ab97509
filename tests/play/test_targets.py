"""Softened and flipped labels."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.targets import Targets, flipped, softened


@pytest.mark.parametrize("name", ["minimax", "nonsaturating", "least_squares"])
def test_hard_targets_are_the_loss_itself(name):
    r, f = torch.randn(2, 16, 1) * 3
    torch.testing.assert_close(softened(name, Targets())(r, f), ADVERSARIAL[name].critic(r, f))


def test_one_sided_smoothing_is_the_written_out_loss():
    r, f = torch.randn(2, 16, 1, dtype=torch.float64)
    value = softened("nonsaturating", Targets(real=(0.9, 0.9)))(r, f)
    expected = -(0.9 * F.logsigmoid(r) + 0.1 * F.logsigmoid(-r)).mean() + F.softplus(f).mean()
    torch.testing.assert_close(value, expected)


def test_the_optimum_on_a_discrete_toy():
    """D = (a p + b q) / (p + q); at p = q and a = 0.9 that is 0.45, a logit of -0.2007 and a loss of 1.3763."""
    logit = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    critic = softened("nonsaturating", Targets(real=(0.9, 0.9)))
    optimizer = torch.optim.LBFGS([logit], max_iter=50)

    def closure():
        optimizer.zero_grad()
        value = critic(logit, logit)
        value.backward()
        return value

    value = optimizer.step(closure)
    assert logit.item() == pytest.approx(-0.2007, abs=1e-4)
    assert closure().item() == pytest.approx(1.3763, abs=1e-4)
    assert value.item() == pytest.approx(2 * math.log(2), abs=1e-6)


def test_targets_above_one_keep_the_loss_bounded():
    critic = softened("nonsaturating", Targets(real=(0.7, 1.2)))
    values = [critic(torch.full((4000,), logit), torch.full((4000,), -20.0)).item() for logit in (0.0, 50.0, 500.0)]
    assert values[2] > values[1] > 0
    squares = softened("least_squares", Targets(real=(1.2, 1.2)))
    assert squares(torch.tensor([1.2]), torch.tensor([0.0])).item() == 0


def test_ranges_are_drawn_per_logit():
    r = torch.zeros(20000, 1)
    slope = torch.autograd.functional.jacobian(lambda x: softened("minimax", Targets((0.7, 1.2)))(x, r), r)
    drawn = 0.5 - slope.flatten() * len(r)  # the slope at logit 0 is 1/2 minus the target
    assert drawn.min().item() == pytest.approx(0.7, abs=1e-3)
    assert drawn.max().item() == pytest.approx(1.0, abs=1e-3)
    assert (drawn > 0.999).float().mean().item() == pytest.approx(0.4, abs=0.02)


def test_flips_happen_as_often_as_asked():
    targets = flipped(torch.full((40000,), 0.9), 0.05)
    assert (targets < 0.5).float().mean().item() == pytest.approx(0.05, abs=0.005)
    assert targets.unique().tolist() == pytest.approx([0.1, 0.9])
    assert flipped(targets, 0.0) is targets


@pytest.mark.parametrize("name", ["wasserstein", "hinge", "relativistic", "relativistic_average"])
def test_losses_without_labels_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} has no labels to smooth or flip; losses that have: minimax"):
        softened(name, Targets())


def test_impossible_targets_are_refused():
    with pytest.raises(ValueError, match="real targets are a range"):
        Targets(real=(1.0, 0.9))
    with pytest.raises(ValueError, match="flip is a probability"):
        Targets(flip=0.5)
