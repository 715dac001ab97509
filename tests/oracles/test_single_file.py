"""The engine equals hand-written single-file training loops, bit for bit."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from sparring.games.synthesis import SynthesisSettings
from sparring.networks.dcgan import DcganCritic, DcganGenerator
from sparring.networks.resnet import ResnetCritic, ResnetGenerator
from sparring.play.engine import Engine
from sparring.play.game import Batch
from sparring.play.optim import Average, Optim
from sparring.play.referee import Rules
from sparring.recipes.assemble import assemble
from sparring.recipes.recipe import Recipe, TrainSettings

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "single_file"
STEPS, BATCH, SEED, WIDTH = 6, 8, 5, 8

RECIPES = {
    "dcgan": Recipe(
        "dcgan",
        game=SynthesisSettings(latent=100),
        networks={"generator": DcganGenerator(WIDTH), "critic": DcganCritic(WIDTH)},
        optims={"generator": Optim(), "critic": Optim()},
        average=Average(half_life_images=0),
    ),
    "resnet_hinge": Recipe(
        "resnet-hinge",
        game=SynthesisSettings(latent=128),
        networks={"generator": ResnetGenerator(WIDTH), "critic": ResnetCritic(WIDTH)},
        optims={"generator": Optim(), "critic": Optim()},
        rules=Rules("hinge"),
        spectral_norm=("critic",),
    ),
}


def script(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Digits:
    """The script's own batches, as the engine asks for them."""

    roles = frozenset({"image"})
    size = BATCH

    def __init__(self, oracle):
        self.images = oracle.digits()
        self.batches = list(islice(oracle.endless(self.images, BATCH, SEED), STEPS))

    def batch(self, index):
        return Batch(image=self.batches[index])


def assert_equal(ours, theirs):
    states = [network.state_dict().values() for network in (ours, theirs)]
    for mine, hers in zip(*states, strict=True):
        assert torch.equal(mine, hers)


@pytest.mark.parametrize("name", RECIPES)
def test_the_engine_equals_the_script(name):
    oracle = script(name)
    digits = Digits(oracle)
    recipe = replace(RECIPES[name], train=TrainSettings(images=STEPS * BATCH, batch=BATCH, seed=SEED))
    engine = Engine(assemble(recipe, (1, oracle.SIZE, oracle.SIZE), classes=0), digits, seed=SEED)
    start = [parameter.clone() for parameter in engine.game.parameters()]
    engine.run()
    generator, critic, *average = oracle.train(digits.images, STEPS, BATCH, SEED, WIDTH)
    assert_equal(engine.game.generator, generator)
    assert_equal(engine.game.critic, critic)
    assert all(not torch.equal(a, b) for a, b in zip(start, engine.game.parameters(), strict=True))
    if average:
        assert_equal(engine.learners["generator"].average.copies[0], average[0])
        assert not torch.equal(next(average[0].parameters()), next(generator.parameters()))


@pytest.mark.parametrize("name", RECIPES)
def test_the_script_stands_alone(name, tmp_path):
    text = (FOLDER / f"{name}.py").read_text()
    assert "sparring" not in text
    weights, picture = tmp_path / "weights.pt", tmp_path / "samples.png"
    arguments = ["--steps", "2", "--batch", "4", "--width", "4", "--save", str(weights), "--samples", str(picture)]
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path).stdout
    assert "step 1  D " in told
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert all(tensor.isfinite().all() for tensor in torch.load(weights, weights_only=True).values())
