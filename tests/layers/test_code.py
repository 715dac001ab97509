"""What encoders say."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from sparring.layers.code import Code, moments
from sparring.play import chance


def test_the_divergence_is_that_of_the_distributions():
    mean, log_variance = torch.randn(2, 6, 3)
    theirs = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(1).mean()
    torch.testing.assert_close(Code(mean, log_variance).divergence(), theirs)
    assert Code(torch.zeros(4, 2), torch.zeros(4, 2)).divergence().item() == 0


def test_samples_have_the_moments_and_carry_their_gradients():
    mean, log_variance = torch.full((20000, 1), 2.0), torch.full((20000, 1), -1.0)
    mean.requires_grad_(True)
    log_variance.requires_grad_(True)
    z = Code(mean, log_variance).sample()
    assert z.mean().item() == pytest.approx(2, abs=0.02)
    assert z.var().item() == pytest.approx(torch.tensor(-1.0).exp().item(), rel=0.05)
    z.square().sum().backward()
    assert mean.grad.any()
    assert log_variance.grad.any()


def test_draws_are_those_of_the_turn():
    code = Code(torch.zeros(4, 2), torch.zeros(4, 2))
    drawn = []
    for _ in range(2):
        with chance.share(torch.Generator().manual_seed(5), 0, 1):
            drawn.append(code.sample())
    assert torch.equal(*drawn)


def test_points_are_their_own_sample_and_have_no_divergence():
    code = moments(torch.randn(3, 4), stochastic=False)
    assert code.sample() is code.mean
    with pytest.raises(ValueError, match="a point has no finite divergence"):
        code.divergence()
    halves = moments(torch.arange(8.0).view(2, 4), stochastic=True)
    assert halves.mean.tolist() == [[0, 1], [4, 5]]
    assert halves.log_variance.tolist() == [[2, 3], [6, 7]]
