"""Minibatch discrimination around any critic."""

from __future__ import annotations

import pytest
import torch

from sparring.networks import NETWORKS, Shape
from sparring.networks.mlp import MlpCritic
from sparring.play.scene import Verdict
from sparring.techniques.minibatch import MinibatchCritic

KINDS = ["mlp-critic", "dcgan-critic", "dcgan-dense-critic", "resnet-critic", "biggan-critic", "r3gan-critic"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_starts_as_the_critic_and_then_sees_the_batch(kind):
    width = {} if kind == "mlp-critic" else {"width": 4}
    critic = NETWORKS[kind](**width).build(Shape((3, 32, 32)))
    wrapped = MinibatchCritic(critic, torch.zeros(2, 3, 32, 32), measures=6).eval()
    x, others = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    assert torch.equal(wrapped(x).score, critic(x).score)
    torch.nn.init.normal_(wrapped.head.weight)
    torch.nn.init.normal_(wrapped.similarity.tensor, 0, 1e-3)
    one, two = (wrapped(torch.cat([x[:1], rest])).score[0] for rest in (x[1:], others))
    assert not torch.isclose(one, two, rtol=0, atol=1e-7)


def test_equal_samples_are_as_alike_as_can_be():
    critic = MinibatchCritic(MlpCritic(widths=(8,)).build(Shape((2,))), torch.zeros(2, 2), measures=3).eval()
    torch.nn.init.ones_(critic.head.weight)
    alone = critic.critic(torch.zeros(5, 2)).score
    torch.testing.assert_close(critic(torch.zeros(5, 2)).score - alone, torch.full((5,), 3 * 4.0))


def test_it_changes_no_state_while_it_is_built():
    critic = NETWORKS["dcgan-critic"](4).build(Shape((3, 32, 32)))
    before = {key: tensor.clone() for key, tensor in critic.state_dict().items()}
    MinibatchCritic(critic, torch.zeros(2, 3, 32, 32))
    assert all(torch.equal(tensor, before[key]) for key, tensor in critic.state_dict().items())
    assert critic.training


def test_a_critic_without_features_is_refused():
    class Blind(torch.nn.Module):
        def forward(self, x, y=None):
            return Verdict((x.sum(1),))

    with pytest.raises(ValueError, match="Blind shows no features"):
        MinibatchCritic(Blind(), torch.zeros(2, 2))
