"""Every toy trains to its end, stays finite, and learns what it is there to show."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from sparring.data.open import open_source
from sparring.data.points import Points
from sparring.play.machine import Machine
from sparring.recipes import RECIPES, Facts
from sparring.run.bundle import Card
from sparring.run.handles import Synthesizer
from sparring.run.samples import exported
from sparring.run.scoring import Scoring
from sparring.run.setting_up import engine_of

TOYS = [name for name in RECIPES if name.endswith("-toy")]
MODES = 7
"""Of the ring's 8 that a toy must find with at least 20 of 2,000 samples."""
FEWER_MODES = {"wgan-toy": 4, "veegan-toy": 3}
"""Weights that are clipped, and noise that must be found again, leave samples between the modes this early."""
BETTER = 0.75
"""A toy's distance from real images must fall to this share of the untrained generator's."""


@pytest.mark.slow
@pytest.mark.parametrize("name", TOYS)
def test_toy_learns(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name].make(Facts())
    source = open_source(recipe.data)
    engine = engine_of(recipe, source, Machine(), ())

    def generator() -> Synthesizer:
        networks, _ = exported(engine, recipe)
        return Synthesizer(networks["generator"], Card(recipe, source.shape, classes=source.classes))

    scoring = Scoring(source, recipe.train.images, tmp_path / "scores.jsonl", flip=recipe.data.flip)
    before, _ = scoring.measure(generator(), 0, 0.0)
    engine.run()
    assert engine.over
    assert finite(engine.game)
    after, _ = scoring.measure(generator(), engine.clock.images, 0.0)
    if isinstance(source, Points):
        assert modes(generator().sample(2000), source) >= FEWER_MODES.get(name, MODES)
    assert after < BETTER * before


def finite(network: nn.Module) -> bool:
    return all(torch.isfinite(parameter).all() for parameter in network.parameters())


def modes(samples: torch.Tensor, source: Points) -> int:
    """How many modes have at least 20 samples within three standard deviations."""
    near = torch.cdist(samples.double(), torch.from_numpy(source.centres)) < 3 * source.std
    return int((near.sum(0) >= 20).sum())
