"""Official style-based weights that do not fit."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case

from sparring.networks import Shape
from sparring.networks.stylegan2 import Stylegan2Critic
from sparring.run.foreign import load_foreign


def test_another_resampling_filter():
    weights = case("stylegan2_r1").weights
    network = Stylegan2Critic(8, 16).build(Shape((3, 16, 16)))
    load_foreign(network, weights)
    other = weights | {"b8.resample_filter": torch.ones(4, 4) / 16}
    with pytest.raises(ValueError, match=r"b8\.resample_filter of these weights is not the filter \[1, 3, 3, 1\]"):
        load_foreign(network, other)


def test_another_structure():
    network = Stylegan2Critic(8, 16, structure="orig").build(Shape((3, 16, 16)))
    with pytest.raises(ValueError, match=r"have nothing to do with blocks\.0\.shortcut\.conv\.weight"):
        load_foreign(network, case("stylegan2_r1").weights)
