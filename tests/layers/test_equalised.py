"""Equalised layers keep the variance, and learn at the pace they are told."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from sparring.layers.equalised import RELU_GAIN, EqualisedConv2d, EqualisedLinear


def test_weights_are_stored_with_unit_variance_and_used_with_he_s():
    linear = EqualisedLinear(512, 400, gain=RELU_GAIN)
    assert linear.weight.std().item() == pytest.approx(1, rel=0.01)
    assert linear(torch.randn(200, 512)).std().item() == pytest.approx(math.sqrt(2), rel=0.02)
    conv = EqualisedConv2d(64, 64, 3, gain=RELU_GAIN)
    assert conv.effective.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.02)
    assert torch.equal(conv(torch.zeros(1, 64, 5, 5)), torch.zeros(1, 64, 5, 5))


def test_a_slow_layer_stores_large_weights_and_starts_the_same():
    slow = EqualisedLinear(512, 512, pace=0.01)
    assert slow.weight.std().item() == pytest.approx(100, rel=0.01)
    assert slow.scale == pytest.approx(0.01 / math.sqrt(512))
    assert slow(torch.randn(100, 512)).std().item() == pytest.approx(1, rel=0.05)


def test_adam_moves_a_slow_layer_slowly():
    moves = []
    for pace in (1.0, 0.01):
        torch.manual_seed(1)
        layer, x = EqualisedLinear(16, 16, pace=pace), torch.randn(8, 16)
        before = (layer.weight * layer.scale).detach().clone()
        optimizer = torch.optim.Adam(layer.parameters(), lr=1e-3)
        layer(x).square().sum().backward()
        optimizer.step()
        moves.append(((layer.weight * layer.scale) - before).abs().mean().item())
    assert moves[1] == pytest.approx(moves[0] / 100, rel=0.01)


def test_a_bias_starts_where_it_is_told_and_may_be_left_out():
    layer = EqualisedLinear(4, 3, pace=0.5, bias_start=1.0, bias_gain=3.0)
    assert torch.allclose(layer(torch.zeros(1, 4)), torch.full((1, 3), 3.0))
    assert EqualisedLinear(4, 3, bias_start=None).bias is None
    assert EqualisedConv2d(4, 3, 1, bias=False).bias is None


def test_a_gain_goes_through_a_leaky_relu():
    x = torch.randn(100)
    assert torch.allclose(F.leaky_relu(x * RELU_GAIN, 0.2), F.leaky_relu(x, 0.2) * RELU_GAIN)
