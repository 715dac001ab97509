"""How weights start."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from sparring.layers.initialise import normal_, orthogonal_, xavier_


def network():
    return nn.Sequential(nn.Conv2d(32, 64, 3), nn.BatchNorm2d(64), nn.ConvTranspose2d(64, 32, 4), nn.Linear(200, 300))


def test_normal():
    conv, norm, transposed, linear = normal_(network())
    for layer in (conv, transposed, linear):
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert not layer.bias.any()
    assert norm.weight.mean().item() == pytest.approx(1, abs=0.01)
    assert norm.weight.std().item() == pytest.approx(0.02, rel=0.3)
    assert not norm.bias.any()


@pytest.mark.parametrize("gain", [1.0, math.sqrt(2)])
def test_xavier(gain):
    conv, norm, _, linear = xavier_(network(), gain)
    for layer, fan in ((conv, 9 * (32 + 64)), (linear, 500)):
        bound = gain * math.sqrt(6 / fan)
        assert 0.98 * bound < layer.weight.abs().max().item() <= bound
        assert not layer.bias.any()
    assert (norm.weight == 1).all()


def test_orthogonal():
    conv, _, _, linear = orthogonal_(network())
    rows = conv.weight.flatten(1)
    torch.testing.assert_close(rows @ rows.mT, torch.eye(64), atol=1e-5, rtol=0)
    torch.testing.assert_close(linear.weight.mT @ linear.weight, torch.eye(200), atol=1e-5, rtol=0)
