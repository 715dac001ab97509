"""Looking ahead through a critic's updates."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from sparring.networks import Shape
from sparring.networks.dcgan import DcganCritic
from sparring.networks.mlp import MlpCritic
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.scene import Verdict
from sparring.techniques.lookahead import lookahead
from sparring.techniques.spectral import spectral_norm_

MINIMAX = ADVERSARIAL["minimax"]


class Quadratic(nn.Module):
    """A critic of one weight: its verdict on x is w x."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(0.7, dtype=torch.float64))

    def forward(self, x):
        return Verdict((self.w * x,))


def test_no_steps_are_the_critic_itself():
    critic = MlpCritic(widths=(8,)).build(Shape((2,)))
    assert lookahead(critic, lambda judge: pytest.fail("no loss is needed"), 0, 0.1) is critic


@pytest.mark.parametrize("through", [True, False])
def test_the_gradient_is_the_analytic_one_of_a_quadratic_game(through):
    """V = w t - w^2/2 with the critic minimising -V: w1 = w + r (t - w), and dV(w1)/dt = w1 + (t - w1) r."""
    rate, w = 0.3, 0.7
    t = torch.tensor([1.5], dtype=torch.float64, requires_grad=True)
    critic = Quadratic()

    def objective(judge):
        square = judge(torch.ones(1, dtype=torch.float64)).logits[0].square()
        return (judge(t).logits[0] - square / 2).sum()

    ahead = lookahead(critic, lambda judge: -objective(judge), 1, rate, through=through)
    (slope,) = torch.autograd.grad(objective(ahead), t)
    w1 = w + rate * (1.5 - w)
    assert slope.item() == pytest.approx(w1 + (1.5 - w1) * rate if through else w1, abs=1e-12)
    assert critic.w.item() == w
    assert critic.w.grad is None


@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("steps", [1, 3])
def test_the_gradient_is_that_of_finite_differences(rule, steps):
    critic = MlpCritic(widths=(6, 6), activation="tanh").build(Shape((2,))).double()
    real, direction = torch.randn(5, 2, dtype=torch.float64), torch.randn(5, 2, dtype=torch.float64)
    start = torch.randn(5, 2, dtype=torch.float64)

    def value(t):
        fake = start + t * direction

        def loss(judge):
            return MINIMAX.critic(judge(real).logits[0], judge(fake).logits[0])

        ahead = lookahead(critic, loss, steps, 0.05, rule)
        return MINIMAX.generator(ahead(fake).logits[0], ahead(real).logits[0])

    t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(value(t), t)
    small = 1e-5
    with torch.enable_grad():
        measured = (value(t.detach() + small) - value(t.detach() - small)) / (2 * small)
    assert slope.item() == pytest.approx(measured.item(), rel=1e-5)


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_it_goes_where_the_optimiser_would(rule):
    critic = DcganCritic(4).build(Shape((3, 16, 16)))
    real, fake = torch.randn(2, 4, 3, 16, 16)

    def loss(judge):
        return MINIMAX.critic(judge(real).logits[0], judge(fake).logits[0])

    moved = copy.deepcopy(critic)
    if rule == "sgd":
        optimizer = torch.optim.SGD(moved.parameters(), lr=0.01)
    else:
        optimizer = torch.optim.Adam(moved.parameters(), lr=0.01, betas=(0.5, 0.999))
    for _ in range(3):
        optimizer.zero_grad()
        loss(moved).backward()
        optimizer.step()
    ahead = lookahead(critic, loss, 3, 0.01, rule)
    torch.testing.assert_close(ahead(fake).score, moved(fake).score, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(ahead(fake).score, critic(fake).score, atol=1e-2)


@pytest.mark.parametrize("normed", [False, True], ids=["batch norm", "spectral norm"])
def test_the_critic_keeps_its_weights_and_buffers(normed):
    critic = DcganCritic(4).build(Shape((3, 16, 16)))
    critic = spectral_norm_(critic) if normed else critic
    before = copy.deepcopy(critic.state_dict())
    fake = torch.randn(4, 3, 16, 16, requires_grad=True)
    ahead = lookahead(critic, lambda judge: judge(fake).score.square().mean(), 2, 0.01)
    ahead(fake).score.sum().backward()
    assert fake.grad.isfinite().all()
    assert fake.grad.any()
    assert all(torch.equal(tensor, before[key]) for key, tensor in critic.state_dict().items())
    assert all(p.grad is None for p in critic.parameters())


def test_units_without_a_slope_do_no_harm():
    critic = MlpCritic(widths=(6,), activation="relu").build(Shape((2,)))
    nn.init.constant_(critic.stages[0][0].bias, -100.0)  # every unit is dead
    fake = torch.randn(4, 2, requires_grad=True)
    ahead = lookahead(critic, lambda judge: judge(fake).score.square().mean(), 2, 0.01, "adam")
    (slope,) = torch.autograd.grad(ahead(fake).score.square().sum(), fake)
    assert slope.isfinite().all()


def test_impossible_steps_are_refused():
    with pytest.raises(ValueError, match=r"not -1 at 0\.1"):
        lookahead(Quadratic(), lambda judge: judge, -1, 0.1)
