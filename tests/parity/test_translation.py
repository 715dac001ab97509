"""Our translators and their critics are the official ones."""

from __future__ import annotations

import re

import pytest
import torch
from tests.parity.case import case, error, moved

from sparring.networks import Shape
from sparring.networks.animegan import AnimeganGenerator
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.multiscale import MultiscaleCritic
from sparring.networks.patchgan import PatchCritic, PixelCritic
from sparring.networks.pix2pixhd import Pix2pixhdGenerator
from sparring.networks.spade import SpadeGenerator
from sparring.networks.stargan import StarganCritic, StarganGenerator
from sparring.networks.ugatit import UgatitCritic, UgatitGenerator
from sparring.networks.unet import UnetGenerator
from sparring.run.foreign import TRANSLATIONS, load_foreign

TRANSLATORS = {
    "pix2pix_unet128_batch": (UnetGenerator(3, 7, norm="batch", dropout=0.0), 2e-5),
    "pix2pix_unet128_instance": (UnetGenerator(3, 7, norm="instance", dropout=0.0), 2e-5),
    "pix2pix_unet256_batch": (UnetGenerator(2, 8, norm="batch", dropout=0.0), 1e-5),
    "cyclegan_resnet6_batch": (CycleganGenerator(5, 6, "batch"), 3e-5),
    "cyclegan_resnet9_instance": (CycleganGenerator(6, 9), 4e-5),
    "pix2pixhd_global": (Pix2pixhdGenerator(3, 4, 3), 6e-5),
    "pix2pixhd_local": (Pix2pixhdGenerator(3, 2, 2, enhancers=1, enhancer_blocks=2), 5e-5),
}
CRITICS = {
    "patchgan_n1_instance": PatchCritic(8, 1, "instance"),
    "patchgan_n3_batch": PatchCritic(6, 3, "batch"),
    "patchgan_n5_instance": PatchCritic(4, 5, "instance"),
    "pixelgan_batch": PixelCritic(16, "batch"),
    "pixelgan_instance": PixelCritic(16, "instance"),
}
MULTISCALE = {
    "pix2pixhd_multiscale_d": MultiscaleCritic(5, 3, 3),
    "spade_d": MultiscaleCritic(4, 3, 2, spectral=True),
}


def one_image(tensor):
    return tuple(tensor.shape[1:])


@pytest.mark.parametrize("name", TRANSLATORS)
@torch.no_grad()
def test_translator(name):
    settings, tolerance = TRANSLATORS[name]
    known = case(name)
    x, y = known.inputs["x"], known.outputs["y"]
    network = settings.build(Shape(one_image(y), source=one_image(x)))
    load_foreign(network, known.weights)
    assert error(network.eval()(x), y) <= tolerance
    if known.changed:
        assert error(network.train()(x), known.outputs["train.y"]) <= tolerance
        theirs = TRANSLATIONS[type(network)](network, dict.fromkeys(known.changed))
        assert moved(network, lambda: network(x)) == theirs.keys()


@pytest.mark.parametrize("name", CRITICS)
@torch.no_grad()
def test_critic(name):
    known = case(name)
    x = known.inputs["x"]
    network = CRITICS[name].build(Shape(one_image(x)))
    load_foreign(network, known.weights)
    assert error(network.eval()(x).logits[0], known.outputs["y"]) <= 1e-5
    if known.changed:
        assert error(network.train()(x).logits[0], known.outputs["train.y"]) <= 1e-5
        theirs = TRANSLATIONS[type(network)](network, dict.fromkeys(known.changed))
        assert moved(network, lambda: network(x)) == theirs.keys()


@pytest.mark.parametrize("name", MULTISCALE)
@torch.no_grad()
def test_multiscale_critic(name):
    known = case(name)
    x = known.inputs["x"]
    network = MULTISCALE[name].build(Shape(one_image(x)))
    load_foreign(network, known.weights)
    verdict = network.eval()(x)
    answers = {key: tensor for key, tensor in known.outputs.items() if key.startswith("y.")}
    last = max(int(key.split(".")[2]) for key in answers)
    features = iter(verdict.features)
    for key in sorted(answers):
        scale, layer = map(int, key.split(".")[1:])
        ours = verdict.logits[scale] if layer == last else next(features)
        assert error(ours, answers[key]) <= 1e-5, key
    assert next(features, None) is None


@pytest.mark.parametrize(
    ("name", "norm", "latent"), [("spade_g_batch", "batch", 0), ("spade_g_instance_vae", "instance", 8)]
)
@torch.no_grad()
def test_spade(name, norm, latent):
    known = case(name)
    labels = known.inputs["seg"]
    network = SpadeGenerator(1, norm=norm).build(Shape((3, 64, 64), latent, source=one_image(labels)))
    load_foreign(network, {key: tensor.float() for key, tensor in known.weights.items()})
    assert error(network.eval()(labels, z=known.inputs.get("z")), known.outputs["y"]) <= 5e-5
    if "train.y" in known.outputs:
        assert error(network.train()(labels), known.outputs["train.y"]) <= 5e-5


@pytest.mark.parametrize("name", ["ugatit_g_light", "ugatit_g_full"])
@torch.no_grad()
def test_ugatit_generator(name):
    known = case(name)
    network = UgatitGenerator(4, 2, light=name.endswith("light")).build(Shape((3, 32, 32)))
    load_foreign(network, known.weights)
    image, logits, seen = network.eval().attended(known.inputs["x"])
    for ours, theirs in ((image, "y"), (logits, "cam_logit"), (seen, "heatmap")):
        assert error(ours, known.outputs[theirs]) <= 5e-5, theirs


@pytest.mark.parametrize(("name", "width", "layers"), [("ugatit_d_n5", 4, 5), ("ugatit_d_n7", 2, 7)])
@torch.no_grad()
def test_ugatit_critic(name, width, layers):
    known = case(name)
    x = known.inputs["x"]
    network = UgatitCritic(width, (layers,)).build(Shape(one_image(x)))
    load_foreign(network.judges[0], known.weights)
    for training, start in ((False, ""), (True, "train.")):
        verdict = network.train(training)(x)
        assert error(verdict.logits[0], known.outputs[f"{start}y"]) <= 2e-5
        assert error(verdict.logits[1], known.outputs[f"{start}cam_logit"]) <= 2e-5
        assert error(verdict.features[-1].sum(1, keepdim=True), known.outputs[f"{start}heatmap"]) <= 2e-5


@pytest.mark.parametrize(("corners", "answer"), [(True, "y_align"), (False, "y_noalign")])
@torch.no_grad()
def test_animegan(corners, answer):
    known = case("animeganv2_g")
    x = known.inputs["x"]
    network = AnimeganGenerator(4, corners).build(Shape(one_image(x)))
    load_foreign(network, known.weights)
    assert error(network.eval()(x), known.outputs[answer]) <= 2e-5


@torch.no_grad()
def test_stargan_generator():
    """The authors never translate in evaluation mode, where their running statistics would count."""
    known = case("stargan_g")
    network = StarganGenerator(6, 3).build(Shape((3, 48, 48), classes=5))
    load_foreign(network, known.weights)
    assert error(network.eval()(known.inputs["x"], known.inputs["c"]), known.outputs["train.y"]) <= 8e-5


@torch.no_grad()
def test_stargan_critic():
    known = case("stargan_d")
    network = StarganCritic(4, 5).build(Shape((3, 64, 64), classes=5))
    load_foreign(network, known.weights)
    verdict = network(known.inputs["x"])
    assert error(verdict.logits[0], known.outputs["y_src"]) <= 1e-5
    assert error(verdict.classes, known.outputs["y_cls"]) <= 1e-5


def test_old_statistics_of_instance_norms_are_left_out():
    known = case("cyclegan_resnet9_instance")
    network = CycleganGenerator(6, 9).build(Shape((3, 64, 64)))
    old = {re.sub(r"weight$", "running_mean", key): tensor for key, tensor in known.weights.items()}
    load_foreign(network, {**{key: t for key, t in old.items() if key.endswith("mean")}, **known.weights})
    assert torch.equal(network.layers[1].weight, known.weights["model.1.weight"])
