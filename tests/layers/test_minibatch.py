"""Minibatch discrimination."""

from __future__ import annotations

import torch
from tests.parity.case import case, error

from sparring.layers.minibatch import MinibatchDiscrimination


@torch.no_grad()
def test_it_is_the_published_layer():
    known = case("minibatch_layers")
    layer = MinibatchDiscrimination(10, 4, 3)
    layer.tensor.copy_(known.inputs["T"])
    assert error(layer(known.inputs["f"]), known.outputs["mbdisc_minus_self"]) <= 1e-5
    assert error(layer(known.inputs["f"]) + 1, known.outputs["mbdisc_incl_self"]) <= 1e-5


def test_equal_samples_count_all_others():
    layer = MinibatchDiscrimination(6, 4, 3)
    torch.testing.assert_close(layer(torch.randn(1, 6).expand(7, -1)), torch.full((7, 4), 6.0))
    assert not layer(torch.randn(1, 6)).any()


def test_order_does_not_matter():
    layer, h = MinibatchDiscrimination(6, 4, 3), torch.randn(5, 6)
    turn = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(layer(h[turn]), layer(h)[turn])


def test_the_more_alike_the_higher():
    layer, h = MinibatchDiscrimination(6, 4, 3), torch.randn(5, 6)
    torch.nn.init.normal_(layer.tensor)
    assert (layer(0.1 * h) > layer(h)).all()
