"""The mode-seeking term."""

from __future__ import annotations

import pytest
import torch

from sparring.techniques.diversity import alikeness


def test_the_identity_has_ratio_one() -> None:
    z, other = torch.randn(2, 32, 5)
    assert alikeness(z, other, z, other).item() == pytest.approx(1 / (1 + 1e-5))


def test_a_collapsed_generator_pays_most() -> None:
    z, other = torch.randn(2, 32, 5)
    image = torch.ones(32, 3, 4, 4)
    assert alikeness(image, image, z, other).item() == pytest.approx(1e5, rel=1e-3)


def test_equal_noise_is_no_division_by_zero() -> None:
    z, image = torch.randn(32, 5), torch.randn(32, 3)
    assert alikeness(image, image + 1, z, z).isfinite()


def test_descent_pulls_images_apart() -> None:
    z, other = torch.randn(2, 32, 5)
    one, two = torch.full((32, 3), 0.4, requires_grad=True), torch.full((32, 3), 0.6, requires_grad=True)
    alikeness(one, two, z, other).backward()
    assert (one.grad > 0).all()
    assert (two.grad < 0).all()
