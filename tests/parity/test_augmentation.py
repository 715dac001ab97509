"""Our ADA pipeline is NVIDIA's, and our DiffAugment operations are the authors'."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from tests.parity.case import case, error

from sparring.play import chance
from sparring.techniques import diffaugment
from sparring.techniques.ada import BLIT, COLOUR, GEOMETRY, Ada
from sparring.techniques.ada.colour import colour_matrix, recolour
from sparring.techniques.ada.draws import Draws
from sparring.techniques.ada.geometry import Geometry, warp

PERCENTILES = {"y_p15": 0.15, "y_p60": 0.6, "y_p90": 0.9}


@pytest.fixture
def percentile(monkeypatch, request):
    """Every draw is the same quantile of its distribution."""
    value = torch.tensor(PERCENTILES[request.param])
    monkeypatch.setattr(chance, "uniform", lambda shape, device=None: value.expand(shape).clone())
    monkeypatch.setattr(chance, "normal", lambda shape, device=None: torch.erfinv(2 * value - 1).expand(shape).clone())
    return request.param


def moved(x, operations):
    geometry = Geometry.draw(Draws(len(x), torch.tensor(1.0)), operations)
    # The reference turns once: its second rotation is switched off where draws are replaced.
    geometry = dataclasses.replace(geometry, turn_after=torch.zeros(len(x)))
    return warp(x, geometry.inverse(x.shape[3], x.shape[2]))


@pytest.mark.parametrize("percentile", PERCENTILES, indirect=True)
def test_whole_steps(percentile):
    known = case("ada_pipe_bg")
    x = known.inputs["x"]
    assert error(moved(x, BLIT), known.outputs[percentile]) <= 4e-5
    assert error(Ada(BLIT, start=1).build()(x), known.outputs[percentile]) <= 4e-5


@pytest.mark.parametrize("percentile", PERCENTILES, indirect=True)
def test_all_geometry_and_colours(percentile):
    known = case("ada_pipe_bgc")
    x = moved(known.inputs["x"], BLIT + GEOMETRY)
    x = recolour(x, colour_matrix(Draws(len(x), torch.tensor(1.0)), COLOUR))
    assert error(x, known.outputs[percentile]) <= 2e-5


@pytest.mark.parametrize("percentile", PERCENTILES, indirect=True)
@pytest.mark.parametrize(("name", "operation"), [("ada_pipe_filter", "bands"), ("ada_pipe_cutout", "cutout")])
def test_filter_and_cutout(name, operation, percentile):
    known = case(name)
    augment = Ada((operation,), start=1).build()
    assert error(augment(known.inputs["x"]), known.outputs[percentile]) <= 1e-5


def test_diffaugment():
    known = case("diffaugment_ops")
    x, draw, out = known.inputs["x"], known.inputs["u0"], known.outputs
    for name in ("brightness", "saturation", "contrast"):
        assert error(getattr(diffaugment, name)(x, draw), out[name]) <= 1e-5
    rows, columns = known.inputs["tx"].flatten(), known.inputs["ty"].flatten()
    assert error(diffaugment.translation(x, rows, columns), out["translation"]) <= 1e-5
    rows, columns = known.inputs["ox"].flatten(), known.inputs["oy"].flatten()
    assert error(diffaugment.cutout(x, rows, columns, (8, 12)), out["cutout"]) <= 1e-5
