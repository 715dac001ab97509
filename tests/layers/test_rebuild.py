"""Decoders and skip-layer excitation."""

from __future__ import annotations

import pytest
import torch

from sparring.layers.excitation import SkipExcitation
from sparring.layers.rebuild import Decoder, quarters, rebuilding_error


@pytest.mark.parametrize("size", [16, 32, 128])
def test_decoders_make_images_in_range(size):
    made = Decoder(6, 3, size)(torch.randn(2, 6, 8, 8))
    assert made.shape == (2, 3, size, size)
    assert made.abs().max() <= 1


def test_quarters_count_row_by_row():
    x = torch.arange(16.0).view(1, 1, 4, 4).expand(4, -1, -1, -1)
    cut = quarters(x, torch.arange(4))
    assert cut[:, 0].tolist() == [[[0, 1], [4, 5]], [[2, 3], [6, 7]], [[8, 9], [12, 13]], [[10, 11], [14, 15]]]


def test_the_error_is_zero_where_decoders_know_the_image():
    image = torch.rand(4, 3, 32, 32) * 2 - 1
    small = torch.nn.functional.interpolate(image, size=16, mode="area")
    decoders = (torch.nn.Identity(), torch.nn.Identity(), torch.nn.Identity())
    assert rebuilding_error(decoders, (image, image, small), image).item() == pytest.approx(0, abs=1e-7)
    assert rebuilding_error(decoders, (image, image, 0 * small), image).item() == pytest.approx(
        small.abs().mean().item()
    )


def test_gates_multiply_channels():
    layer = SkipExcitation(4, 6)
    coarse, fine = torch.randn(2, 4, 4, 4), torch.randn(2, 6, 32, 32)
    gates = layer(coarse, fine) / fine
    assert gates.std((2, 3)).max() < 1e-5
    assert 0 < gates.min() < gates.max() < 1
