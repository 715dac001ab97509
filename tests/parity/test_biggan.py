"""Our SAGAN, BigGAN and BigGAN-deep are those of BigGAN-PyTorch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from tests.parity.case import case, error, moved

from sparring.networks import Shape
from sparring.networks.biggan import BigganCritic, BigganGenerator
from sparring.networks.biggan_deep import BigganDeepCritic, BigganDeepGenerator
from sparring.run.foreign import TRANSLATIONS, load_foreign
from sparring.techniques.spectral import spectral_norm_, spectral_norm_of

GENERATORS = {
    "sagan_g_biggan_noshared": (BigganGenerator(4, (16,), embedding=0, hierarchical=False), 16, 5, 2e-5),
    "biggan_g": (BigganGenerator(4, (16,), embedding=9), 20, 7, 2e-5),
    "biggandeep_g": (BigganDeepGenerator(4, attention=(16,), embedding=8), 10, 6, 5e-5),
}
# The official list of sides says 16 behind every block of the small critics; two of them really are 16 and 8.
CRITICS = {
    "sagan_d_biggan_notwide": (BigganCritic(6, (16, 8), wide=False), 5),
    "biggan_d": (BigganCritic(6, (16, 8)), 7),
    "biggandeep_d": (BigganDeepCritic(8, attention=(16, 8)), 6),
}
TOLERANCE = 1e-5


@pytest.mark.parametrize("name", GENERATORS)
@torch.no_grad()
def test_generator(name):
    settings, latent, classes, tolerance = GENERATORS[name]
    known = case(name)
    network = spectral_norm_(settings.build(Shape((3, 32, 32), latent, classes)))
    load_foreign(network, known.weights)
    z, label = known.inputs["z"], known.inputs["label"]
    assert error(network.eval()(z, label), known.outputs["y"]) <= tolerance
    assert not moved(network, lambda: network(z, label))
    before = vectors(network)
    assert error(network.train()(z, label), known.outputs["train.y"]) <= tolerance
    check_iteration(network, before)
    theirs = {key for key in known.changed if not key.endswith((".u0", ".sv0"))}
    translated = TRANSLATIONS[type(network)](network, dict.fromkeys(theirs))
    ours = {key for key in moved(network, lambda: network(z, label)) if ".parametrizations." not in key}
    assert ours == translated.keys()


@pytest.mark.parametrize("name", CRITICS)
@torch.no_grad()
def test_critic(name):
    settings, classes = CRITICS[name]
    known = case(name)
    network = spectral_norm_(settings.build(Shape((3, 32, 32), classes=classes)))
    load_foreign(network, known.weights)
    x, label = known.inputs["x"], known.inputs["label"]
    assert error(network.eval()(x, label).logits[0], known.outputs["y"]) <= TOLERANCE
    assert not moved(network, lambda: network(x, label))
    before = vectors(network)
    assert error(network.train()(x, label).logits[0], known.outputs["train.y"]) <= TOLERANCE
    check_iteration(network, before)


def vectors(network):
    return {
        layer: norm.u.clone() for layer, part in network.named_modules() if (norm := spectral_norm_of(part)) is not None
    }


def check_iteration(network, before):
    """One step of power iteration from each u, in every layer that the official network normalises."""
    for layer, u in before.items():
        norm = spectral_norm_of(network.get_submodule(layer))
        matrix = network.get_submodule(layer).parametrizations.weight.original.flatten(1)
        right = F.normalize(u @ matrix, dim=0)
        assert error(norm.u, F.normalize(matrix @ right, dim=0)) <= TOLERANCE, layer
        assert error(norm.v, right) <= TOLERANCE, layer
