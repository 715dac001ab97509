"""Our FastGAN generator is the one in the Projected GAN repository."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case, error

from sparring.layers.noise import NoiseInjection
from sparring.networks import Shape
from sparring.networks.fastgan import FastganGenerator
from sparring.run.foreign import load_foreign
from sparring.techniques.spectral import spectral_norm_

CASES = {"fastgan_g": (False, 0), "fastgan_g_lite": (True, 0), "fastgan_g_cond_lite": (True, 5)}
TOLERANCE = 1e-5


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_generator(name, monkeypatch):
    lite, classes = CASES[name]
    known = case(name)
    network = FastganGenerator(4, lite=lite, tanh=False).build(Shape((3, 128, 128), latent=12, classes=classes))
    spectral_norm_(network)
    load_foreign(network, known.weights)
    maps = iter([known.inputs[key] for key in sorted(known.inputs) if key.startswith("noise")])
    monkeypatch.setattr(NoiseInjection, "draw", staticmethod(lambda x: next(maps)))
    label = known.inputs["c"].argmax(1) if classes else None
    assert error(network.eval()(known.inputs["z"], label), known.outputs["y"]) <= TOLERANCE
    assert next(maps, None) is None
