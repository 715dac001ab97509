"""Our StyleGAN2 and StyleGAN3 are NVIDIA's."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case, error

from sparring.networks import Shape
from sparring.networks.stylegan2 import Stylegan2Critic, Stylegan2Generator
from sparring.networks.stylegan3 import Stylegan3Generator
from sparring.play.penalties import PENALTIES, slope
from sparring.run.foreign import load_foreign
from sparring.techniques.path_length import path_lengths, path_penalty

TOLERANCE = 1e-5
STYLEGAN2 = {
    "stylegan2_g_skip32": ((32, 24, 4, "skip", 0.0), 0, (0.7, None)),
    "stylegan2_g_skip32_cond": ((32, 16, 2, "skip", 0.0), 3, (0.5, 4)),
    "stylegan2_g_resnet16": ((16, 16, 4, "resnet", 0.0), 0, (0.6, None)),
    "stylegan2_g_orig16_clamp": ((16, 16, 4, "orig", 0.8), 0, (0.6, None)),
}
CRITICS = {
    "stylegan2_d_resnet32": (32, Stylegan2Critic(8, 24)),
    "stylegan2_d_resnet32_cond": (32, Stylegan2Critic(8, 24, group=2, deviations=2, mapping_depth=2)),
    "stylegan2_d_skip32": (32, Stylegan2Critic(8, 24, structure="skip")),
    "stylegan2_d_orig16_clamp": (16, Stylegan2Critic(16, 24, structure="orig", clamp=1.5)),
}


def generator2(size, widest, depth, structure, clamp, classes=0):
    settings = Stylegan2Generator(8, widest, 20, depth, structure, clamp)
    return settings.build(Shape((3, size, size), latent=16, classes=classes))


def label(known):
    """The official networks take labels as one-hot rows, and so do ours."""
    return known.inputs.get("c")


def whole_styles(network, ws):
    """The reference stores one style per sample before it is repeated for every layer."""
    return ws[:, None].expand(-1, network.mapping.layers, -1)


@pytest.mark.parametrize("name", STYLEGAN2)
@torch.no_grad()
def test_stylegan2_generator(name):
    known = case(name)
    sizes, classes, (truncation, cutoff) = STYLEGAN2[name]
    network = generator2(*sizes, classes).eval()
    load_foreign(network, known.weights)
    z, y, out = known.inputs["z"], label(known), known.outputs
    ws = network.mapping(z, y)
    near = network.mapping(z, y, truncation, cutoff)
    assert error(ws, whole_styles(network, out["ws"])) <= TOLERANCE
    assert error(near, out["ws_trunc"]) <= TOLERANCE
    assert error(network.synthesis(ws, "const"), out["y"]) <= TOLERANCE
    assert error(network(z, y, noise="const"), out["y"]) <= TOLERANCE
    assert error(network.synthesis(ws, "const"), out["y_unfused"]) <= TOLERANCE
    assert error(network.synthesis(ws, "none"), out["y_nonoise"]) <= TOLERANCE
    assert error(network.synthesis(near, "const"), out["y_trunc"]) <= TOLERANCE
    assert error(network.synthesis(known.inputs["ws_mix"], "const"), out["y_wsmix"]) <= TOLERANCE


@pytest.mark.parametrize("name", CRITICS)
@torch.no_grad()
def test_stylegan2_critic(name):
    known = case(name)
    size, settings = CRITICS[name]
    network = settings.build(Shape((3, size, size), classes=3 if "c" in known.inputs else 0))
    load_foreign(network, known.weights)
    (logits,) = network(known.inputs["x"], label(known)).logits
    assert error(logits, known.outputs["y"]) <= TOLERANCE


def test_path_length_regularisation():
    known = case("stylegan2_pathlength")
    network = generator2(16, 16, 2, "skip", 0.0)
    load_foreign(network, known.weights)
    ws, out = known.inputs["ws"].clone().requires_grad_(), known.outputs
    lengths = path_lengths(network.synthesis(ws, "const"), ws, known.inputs["pl_noise"])
    mean = torch.lerp(known.inputs["pl_mean"], lengths.mean(), 0.01)
    penalty = path_penalty(lengths, mean)
    assert error(lengths, out["pl_lengths"]) <= TOLERANCE
    assert error(mean, out["pl_mean_new"]) <= TOLERANCE
    assert error(penalty, out["pl_penalty"]) <= TOLERANCE
    loss = 2 * penalty.mean()
    assert error(loss, out["loss_Gpl"]) <= TOLERANCE
    loss.backward()
    weight = network.synthesis.blocks[1].second.weight
    assert error(weight.grad, out["grad.synthesis.b8.conv1.weight"]) <= TOLERANCE


def test_r1():
    known = case("stylegan2_r1")
    network = Stylegan2Critic(8, 16).build(Shape((3, 16, 16)))
    load_foreign(network, known.weights)
    x, out = known.inputs["x"].clone().requires_grad_(), known.outputs
    (logits,) = network(x).logits
    assert error(logits, out["logits"]) <= TOLERANCE
    (grad,) = torch.autograd.grad(logits.sum(), x)
    assert error(grad, out["grad_x"]) <= TOLERANCE
    assert error(slope(network, x), out["r1_penalty"]) <= TOLERANCE
    loss = 10 * PENALTIES["r1"](network, x, x)
    assert error(loss, out["loss_Dr1"].mean()) <= TOLERANCE
    loss.backward()
    weight = network.blocks[1].first.conv.weight
    assert error(weight.grad, out["grad.b8.conv0.weight"]) <= TOLERANCE


@pytest.mark.parametrize(
    ("name", "settings", "classes"),
    [
        ("stylegan3_t", Stylegan3Generator(16, 16, "translation", layers=6, margin=6, style=16), 0),
        ("stylegan3_r", Stylegan3Generator(8, 10, "rotation", layers=6, margin=6, style=16), 3),
    ],
)
@torch.no_grad()
def test_stylegan3(name, settings, classes):
    known = case(name)
    network = settings.build(Shape((3, 32, 32), latent=12, classes=classes)).eval()
    load_foreign(network, known.weights)
    z, y, out = known.inputs["z"], label(known), known.outputs
    for i, layer in enumerate(network.synthesis.layers[:-1]):
        official = next(key for key in known.weights if f".L{i}_" in key and key.endswith("up_filter"))
        assert error(layer.up_taps, known.weights[official]) <= TOLERANCE
        assert error(layer.down_taps, known.weights[official.replace("up_", "down_")]) <= TOLERANCE
    assert error(network.mapping(z, y), whole_styles(network, out["ws"])) <= TOLERANCE
    assert error(network(z, y), out["y"]) <= TOLERANCE
    assert error(network(z, y, truncation=0.6), out["y_trunc06"]) <= TOLERANCE
    network.synthesis.input.transform.copy_(known.inputs["transform"])
    assert error(network(z, y), out["y_transformed"]) <= TOLERANCE
