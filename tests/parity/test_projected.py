"""Our discriminators on projected features are those of Projected GAN."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case, error, moved

from sparring.networks.projected import Heads
from sparring.run.foreign import TRANSLATIONS, load_foreign

CASES = {"projectedgan_heads": 0, "projectedgan_heads_cond": 4}
TOLERANCE = 1e-5


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_heads(name):
    known = case(name)
    network = Heads((6, 8, 10, 12), (64, 32, 16, 8), CASES[name], width=10, projection=6, embedding=7)
    load_foreign(network, known.weights)
    features = tuple(known.inputs[f"feat{scale}"] for scale in range(4))
    label = known.inputs["c"].argmax(1) if CASES[name] else None
    for mode, prefix in ((False, ""), (True, "train.")):
        logits = network.train(mode)(features, label).logits
        flat = torch.cat([logit.flatten(1) for logit in logits], 1)
        assert error(flat, known.outputs[f"{prefix}y"]) <= TOLERANCE
    theirs = {key for key in known.changed if not key.endswith(("weight_u", "weight_v"))}
    translated = TRANSLATIONS[type(network)](network, dict.fromkeys(theirs))
    ours = {key for key in moved(network, lambda: network(features, label)) if ".parametrizations." not in key}
    assert ours == translated.keys()
