"""Fully connected networks."""

from __future__ import annotations

import pytest
import torch
from tests.networks.check import parameters
from torch import nn

from sparring.layers.maxout import Maxout
from sparring.networks import Shape
from sparring.networks.mlp import MlpCritic, MlpGenerator

IMAGE, POINTS = Shape((1, 28, 28), latent=100), Shape((2,), latent=2)


def linear_sizes(network):
    return [(part.in_features, part.out_features) for part in network.modules() if isinstance(part, nn.Linear)]


def test_sizes_for_images():
    generator, critic = MlpGenerator().build(IMAGE), MlpCritic().build(IMAGE)
    assert linear_sizes(generator) == [(100, 256), (256, 512), (512, 1024), (1024, 784)]
    assert linear_sizes(critic) == [(784, 512), (512, 256), (256, 1)]
    assert parameters(critic) == 533_505
    assert parameters(generator) == 1_486_352 + 2 * (512 + 1024)  # linear layers, then batch norms
    assert sum(isinstance(part, nn.Dropout) for part in critic.modules()) == 2


def test_sizes_for_points():
    generator, critic = MlpGenerator().build(POINTS), MlpCritic().build(POINTS)
    assert linear_sizes(generator) == [(2, 128), (128, 128), (128, 128), (128, 2)]
    assert linear_sizes(critic) == [(2, 128), (128, 128), (128, 128), (128, 1)]
    assert not any(isinstance(part, nn.BatchNorm1d | nn.Dropout) for n in (generator, critic) for part in n.modules())
    assert sum(isinstance(part, nn.ReLU) for part in generator.modules()) == 3
    assert sum(isinstance(part, nn.LeakyReLU) for part in critic.modules()) == 3


def test_points_are_not_bounded():
    generator = MlpGenerator().build(POINTS)
    nn.init.constant_(generator.head.bias, 7.0)
    assert generator(torch.randn(5, 2)).min() > 1
    assert MlpGenerator().build(IMAGE)(torch.randn(5, 100)).abs().max() <= 1


def test_settings_are_obeyed():
    settings = MlpGenerator(widths=(16, 8), activation="relu", batch_norm=False)
    assert parameters(settings.build(POINTS)) == 3 * 16 + 17 * 8 + 9 * 2
    critic = MlpCritic(widths=(16,), dropout=0.5).build(POINTS)
    assert [part.p for part in critic.modules() if isinstance(part, nn.Dropout)] == [0.5]


def test_impossible_settings_are_refused():
    with pytest.raises(ValueError, match="widths must be at least 1, and is 0"):
        MlpGenerator(widths=(16, 0))
    with pytest.raises(ValueError, match=r"dropout is a share in \[0, 1\), and is 1"):
        MlpCritic(dropout=1.0)


@pytest.mark.parametrize(("activation", "expected"), [("tanh", nn.Tanh), ("relu", nn.ReLU), ("maxout", Maxout)])
def test_activations(activation, expected):
    for settings in (MlpGenerator((16, 8), activation=activation), MlpCritic((16, 8), activation=activation)):
        network = settings.build(POINTS)
        assert sum(isinstance(part, expected) for part in network.modules()) == 2
        assert network(torch.randn(3, 2)) is not None


def test_the_critic_of_the_grid_experiment():
    """3 layers of 200 maxout units with 5 pieces (Lin et al. 2018)."""
    critic = MlpCritic((200, 200, 200), activation="maxout").build(POINTS)
    assert linear_sizes(critic) == [(2, 1000), (200, 1000), (200, 1000), (200, 1)]
