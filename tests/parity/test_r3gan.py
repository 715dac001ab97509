"""Our R3GAN, networks and loss, is the authors'."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case, error

from sparring.networks import Shape
from sparring.networks.r3gan import R3ganCritic, R3ganGenerator
from sparring.play.referee import Referee, Rules
from sparring.play.scene import Scene
from sparring.run.foreign import load_foreign

PLAIN = {"widths": (24, 16, 8), "groups": (6, 4, 2), "blocks": (2, 1, 1)}
GENERATORS = {
    "r3gan_g": (R3ganGenerator(**PLAIN), 16, 0),
    "r3gan_g_cond": (R3ganGenerator(widths=(16, 16), groups=(4, 8), blocks=(1, 2), embedding=6), 8, 5),
}
CONDITIONAL = R3ganCritic(widths=(16, 16), groups=(4, 8), blocks=(1, 2), embedding=6)
CRITICS = {"r3gan_d": (R3ganCritic(**PLAIN), 16, 0), "r3gan_d_cond": (CONDITIONAL, 8, 5)}
LOSSES = {"r3gan_loss": CRITICS["r3gan_d"], "r3gan_loss_cond": CRITICS["r3gan_d_cond"]}
TOLERANCE = 1e-5


def label(known):
    return known.inputs["c"].argmax(1) if "c" in known.inputs else None


@pytest.mark.parametrize("name", GENERATORS)
@torch.no_grad()
def test_generator(name):
    settings, size, classes = GENERATORS[name]
    known = case(name)
    network = settings.build(Shape((3, size, size), 10, classes))
    load_foreign(network, known.weights)
    assert error(network(known.inputs["z"], label(known)), known.outputs["y"]) <= TOLERANCE


@pytest.mark.parametrize("name", CRITICS)
@torch.no_grad()
def test_critic(name):
    settings, size, classes = CRITICS[name]
    known = case(name)
    network = settings.build(Shape((3, size, size), classes=classes))
    load_foreign(network, known.weights)
    (logits,) = network(known.inputs["x"], label(known)).logits
    assert error(logits.flatten(), known.outputs["y"]) <= TOLERANCE


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    settings, size, classes = LOSSES[name]
    known = case(name)
    network = settings.build(Shape((3, size, size), classes=classes))
    load_foreign(network, known.weights)
    y, gamma = label(known), known.inputs["gamma"].item()
    referee = Referee(Rules("relativistic", r1=gamma, r2=gamma))
    scene = Scene(lambda x: network(x, y), known.inputs["x_real"], known.inputs["x_fake"], y)
    terms = referee.critic(scene)
    expected = {
        "adversarial": known.outputs["adv_d"].mean(),
        "r1": gamma / 2 * known.outputs["r1"].mean(),
        "r2": gamma / 2 * known.outputs["r2"].mean(),
    }
    assert terms.keys() == expected.keys()
    for term in terms:
        assert error(terms[term].detach(), expected[term]) <= TOLERANCE, term
    total = sum(terms.values())
    assert error(total.detach(), known.outputs["loss_d"].mean()) <= TOLERANCE
    total.backward()
    assert error(network.entry.weight.grad, known.outputs["grad.ExtractionLayer.Layer.weight"]) <= TOLERANCE
    assert error(referee.generator(scene)["adversarial"].detach(), known.outputs["adv_g"].mean()) <= TOLERANCE
