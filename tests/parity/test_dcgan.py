"""Our DCGAN is the PyTorch examples' DCGAN."""

from __future__ import annotations

import torch
from tests.parity.case import case, error, moved

from sparring.networks import Shape
from sparring.networks.dcgan import DcganCritic, DcganGenerator
from sparring.run.foreign import TRANSLATIONS, load_foreign

TOLERANCE = 1e-5


@torch.no_grad()
def test_generator():
    known = case("dcgan_g")
    network = DcganGenerator(width=4).build(Shape((3, 64, 64), latent=12))
    load_foreign(network, known.weights)
    z = known.inputs["z"].flatten(1)
    assert error(network.eval()(z), known.outputs["y"]) <= TOLERANCE
    assert error(network.train()(z), known.outputs["train.y"]) <= TOLERANCE
    theirs = TRANSLATIONS[type(network)](network, dict.fromkeys(known.changed))
    assert moved(network, lambda: network(z)) == theirs.keys()


@torch.no_grad()
def test_critic():
    known = case("dcgan_d")
    network = DcganCritic(width=4).build(Shape((3, 64, 64)))
    load_foreign(network, known.weights)
    x = known.inputs["x"]
    for mode, prefix in ((False, ""), (True, "train.")):
        (logits,) = network.train(mode)(x).logits
        assert error(logits.flatten(), known.outputs[prefix + "logits"]) <= TOLERANCE
        assert error(logits.flatten().sigmoid(), known.outputs[prefix + "y"]) <= TOLERANCE
    theirs = TRANSLATIONS[type(network)](network, dict.fromkeys(known.changed))
    assert moved(network, lambda: network(x)) == theirs.keys()
