"""Noise, dropout and maxout inside networks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.layers.dropout import LastingDropout
from sparring.layers.maxout import Maxout
from sparring.layers.noise import GaussianNoise, NoiseInjection, disturbances
from sparring.networks import NETWORKS, Shape

SHAPE = Shape((3, 32, 32), latent=8)
PAIRS = [("mlp", {"widths": (16, 16)}), ("dcgan", {"width": 4}), ("dcgan-dense", {"width": 4})]


def test_gaussian_noise_has_its_deviation_and_rests_in_evaluation():
    x = torch.zeros(200, 100)
    layer = GaussianNoise(0.3)
    assert layer(x).std().item() == pytest.approx(0.3, rel=0.02)
    assert torch.equal(layer.eval()(x), x)
    assert GaussianNoise(0.3, always=True).eval()(x).any()
    assert GaussianNoise(0.0)(x) is x


def test_injected_noise_is_one_map_for_all_channels_and_starts_silent():
    layer, x = NoiseInjection(), torch.zeros(3, 5, 4, 4)
    assert torch.equal(layer(x), x)
    nn.init.constant_(layer.weight, 2.0)
    made = layer.eval()(x)
    assert torch.equal(made[:, 0], made[:, 4])
    assert made[0, 0].std() > 0.5
    assert not torch.equal(made[0], made[1])


def test_lasting_dropout_lasts_and_keeps_the_mean():
    layer, x = LastingDropout(0.5).eval(), torch.ones(400, 100)
    made = layer(x)
    assert set(made.unique().tolist()) == {0.0, 2.0}
    assert made.mean().item() == pytest.approx(1, abs=0.02)
    assert not torch.equal(made, layer(x))


def test_maxout_takes_the_largest_piece():
    layer, x = Maxout(3, 4, pieces=5), torch.randn(2, 3)
    pieces = layer.linear(x).view(2, 4, 5)
    assert torch.equal(layer(x), pieces.max(2).values)


def test_nothing_stands_where_nothing_is_asked():
    assert disturbances(0.0, 0.0) == []
    assert [type(part) for part in disturbances(0.1, 0.2)] == [GaussianNoise, nn.Dropout]
    assert [type(part) for part in disturbances(0.1, 0.2, always=True)] == [GaussianNoise, LastingDropout]


@pytest.mark.parametrize("what", [{"noise": 0.2}, {"dropout": 0.3}])
@pytest.mark.parametrize(("kind", "sizes"), PAIRS)
def test_networks_put_them_behind_every_hidden_layer(kind, sizes, what):
    generator, critic = (NETWORKS[f"{kind}-{role}"](**sizes, **what).build(SHAPE) for role in ("generator", "critic"))
    disturbing = (GaussianNoise, nn.Dropout, LastingDropout)
    for network in (generator, critic):
        stages = list(network.stages)
        assert [isinstance(stage[-1], disturbing) for stage in stages] == [True] * len(stages)
    z, x = torch.randn(4, 8), torch.randn(4, 3, 32, 32)
    assert not torch.equal(generator.eval()(z), generator(z))
    assert not torch.equal(critic(x).score, critic(x).score)
    assert torch.equal(critic.eval()(x).score, critic(x).score)


@pytest.mark.parametrize(("kind", "sizes"), PAIRS)
def test_they_add_no_weights(kind, sizes):
    for role in ("generator", "critic"):
        settings = NETWORKS[f"{kind}-{role}"]
        plain, disturbed = settings(**sizes).build(SHAPE), settings(**sizes, noise=0.1, dropout=0.1).build(SHAPE)
        assert plain.state_dict().keys() == disturbed.state_dict().keys()


def test_impossible_amounts_are_refused():
    with pytest.raises(ValueError, match="noise is a standard deviation"):
        NETWORKS["dcgan-critic"](noise=-0.1)
    with pytest.raises(ValueError, match=r"dropout is a share in \[0, 1\), and is 1"):
        NETWORKS["dcgan-generator"](dropout=1.0)
