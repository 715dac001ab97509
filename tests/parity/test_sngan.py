"""Our residual networks and our spectral norm are those of torch-mimicry's SNGAN and projection cGAN."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from tests.parity.case import case, error, moved

from sparring.networks import Shape
from sparring.networks.resnet import ResnetCritic, ResnetGenerator
from sparring.run.foreign import TRANSLATIONS, load_foreign
from sparring.techniques.spectral import spectral_norm_, spectral_norm_of

TOLERANCE = 1e-5


@pytest.mark.parametrize(("name", "classes"), [("sngan32_g", 0), ("cganpd32_g", 5)])
@torch.no_grad()
def test_generator(name, classes):
    known = case(name)
    network = ResnetGenerator(width=12, upsample="bilinear").build(Shape((3, 32, 32), latent=16, classes=classes))
    load_foreign(network, known.weights)
    z, label = known.inputs["z"], known.inputs.get("label")
    assert error(network.eval()(z, label), known.outputs["y"]) <= TOLERANCE
    assert error(network.train()(z, label), known.outputs["train.y"]) <= TOLERANCE
    theirs = TRANSLATIONS[type(network)](network, dict.fromkeys(known.changed))
    assert moved(network, lambda: network(z, label)) == theirs.keys()


@pytest.mark.parametrize(("name", "classes"), [("sngan32_d", 0), ("cganpd32_d", 5)])
@torch.no_grad()
def test_critic(name, classes):
    known = case(name)
    # The official blocks rectify in place, so their shortcuts read what the ReLU left.
    settings = ResnetCritic(width=12, head_bias=True, shortcut="rectified")
    network = spectral_norm_(settings.build(Shape((3, 32, 32), classes=classes)))
    load_foreign(network, known.weights)
    x, label = known.inputs["x"], known.inputs.get("label")
    assert error(network.eval()(x, label).logits[0], known.outputs["y"]) <= TOLERANCE
    assert not moved(network, lambda: network(x, label))
    before = {layer: norm.u.clone() for layer, norm in norms(network).items()}
    assert error(network.train()(x, label).logits[0], known.outputs["train.y"]) <= TOLERANCE
    for layer, norm in norms(network).items():
        matrix = network.get_submodule(layer).parametrizations.weight.original.flatten(1)
        right = F.normalize(before[layer] @ matrix, dim=0)
        assert error(norm.u, F.normalize(matrix @ right, dim=0)) <= TOLERANCE, layer
        assert error(norm.v, right) <= TOLERANCE, layer


def norms(network):
    return {layer: norm for layer, part in network.named_modules() if (norm := spectral_norm_of(part))}
