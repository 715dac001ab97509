"""Instance noise."""

from __future__ import annotations

import pytest
import torch

from sparring.networks import Shape
from sparring.networks.mlp import MlpCritic
from sparring.play import chance
from sparring.techniques.instance_noise import faded, noisy


def critic():
    return MlpCritic(widths=(8,)).build(Shape((2,)))


def test_no_noise_is_the_judge_itself():
    judge = critic()
    assert noisy(judge, 0.0) is judge


def test_what_is_shown_has_the_asked_for_noise():
    shown = []
    judge = noisy(lambda x: shown.append(x), 0.3)
    x = torch.randn(4000, 2)
    judge(x)
    judge(x)
    for seen in shown:
        assert (seen - x).std().item() == pytest.approx(0.3, rel=0.05)
        assert abs((seen - x).mean().item()) < 0.01
    assert not torch.equal(*shown)


def test_verdicts_vary_more_with_more_noise():
    judge, x = critic(), torch.zeros(2000, 2)
    small, large = (noisy(judge, deviation)(x).score.var() for deviation in (0.05, 0.5))
    assert 0 < 10 * small < large


def test_gradients_pass_and_pairs_are_blurred():
    x, z = torch.randn(3, 2, requires_grad=True), torch.randn(3, 4)
    noisy(critic(), 0.1)(x).score.sum().backward()
    assert x.grad.any()
    shown = []
    noisy(lambda pair: shown.append(pair), 0.1)((x, z))
    assert not torch.equal(shown[0][0], x)
    assert not torch.equal(shown[0][1], z)


def test_draws_are_those_of_the_turn():
    shown = []
    judge = noisy(lambda x: shown.append(x), 1.0)
    for seed in (1, 1):
        with chance.share(torch.Generator().manual_seed(seed), 0, 1):
            judge(torch.zeros(3, 2))
        torch.randn(5)
    assert torch.equal(*shown)


def test_schedules():
    assert [faded(0.1, p) for p in (0.0, 0.5, 1.0)] == [0.1, 0.05, 0.0]
    assert [faded(0.1, p, end=0.5) for p in (0.25, 0.5, 0.9)] == [0.05, 0.0, 0.0]
    assert faded(0.1, 0.5, decay="exponential") == pytest.approx(0.01)
    assert faded(0.1, 1.0, decay="exponential") == 0
    assert faded(0.1, 1.0, decay="constant") == 0.1
    with pytest.raises(ValueError, match="ends at a share"):
        faded(0.1, 0.0, end=0.0)
