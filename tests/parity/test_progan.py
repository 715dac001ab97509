"""Our Progressive GAN is that of pytorch_GAN_zoo, whose alpha is the share of the old level."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case, error

from sparring.networks import Shape
from sparring.networks.progan import ProganCritic, ProganGenerator
from sparring.run.foreign import load_foreign

TOLERANCE = 1e-5
SHARES = {"y_alpha000": 1.0, "y_alpha035": 0.65, "y_alpha100": 0.0}
WIDTHS = (16, 12, 8)


@pytest.mark.parametrize("name", SHARES)
@torch.no_grad()
def test_generator(name):
    known = case("pgan_g")
    network = ProganGenerator(widths=WIDTHS, bias_per_position=True).build(Shape((3, 16, 16), latent=12))
    load_foreign(network, known.weights)
    network.growth.grow(2, SHARES[name])
    assert error(network(known.inputs["z"]), known.outputs[name]) <= TOLERANCE


@pytest.mark.parametrize("name", SHARES)
@torch.no_grad()
def test_critic(name):
    known = case("pgan_d")
    network = ProganCritic(widths=WIDTHS, neighbours=True).build(Shape((3, 16, 16)))
    load_foreign(network, known.weights)
    network.growth.grow(2, SHARES[name])
    assert error(network(known.inputs["x"]).logits[0], known.outputs[name]) <= TOLERANCE
