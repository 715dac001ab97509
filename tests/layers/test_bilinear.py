"""Smooth doubling and halving."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from sparring.layers.bilinear import double_smoothly, halve_smoothly


def test_doubling_is_bilinear_inside():
    x = torch.randn(2, 3, 6, 6)
    expected = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(double_smoothly(x)[..., 1:-1, 1:-1], expected[..., 1:-1, 1:-1])


def test_halving_filters_with_1_3_3_1():
    x = torch.randn(2, 3, 8, 8)
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    window = x[0, 1, 1:5, 3:7]
    torch.testing.assert_close(halve_smoothly(x)[0, 1, 1, 2], taps @ window @ taps)


@pytest.mark.parametrize("way", [double_smoothly, halve_smoothly])
def test_means_are_kept_inside(way):
    made = way(torch.ones(1, 2, 8, 8))
    torch.testing.assert_close(made[..., 1:-1, 1:-1], torch.ones_like(made[..., 1:-1, 1:-1]))


def test_they_are_each_others_adjoint():
    x, y = torch.randn(1, 2, 4, 4), torch.randn(1, 2, 8, 8)
    torch.testing.assert_close((double_smoothly(x) * y).sum(), 4 * (x * halve_smoothly(y)).sum())


def test_they_differentiate_twice():
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda x: double_smoothly(x).square(), x)
    assert torch.autograd.gradgradcheck(lambda x: halve_smoothly(x).square(), x)
