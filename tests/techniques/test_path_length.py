"""Path lengths of maps whose lengths are known."""

from __future__ import annotations

import pytest
import torch

from sparring.techniques.path_length import PathLength, path_lengths


def test_a_linear_generator():
    """E length^2 = ||A||^2 / (h w), here with one layer."""
    matrix = torch.randn(6, 3 * 4 * 4)
    ws = torch.randn(4000, 1, 6, requires_grad=True)
    images = (ws[:, 0] @ matrix).view(-1, 3, 4, 4)
    lengths = path_lengths(images, ws, torch.randn_like(images))
    assert lengths.square().mean().item() == pytest.approx(matrix.square().sum().item() / 16, rel=0.03)


def test_the_mean_goes_to_the_expected_length():
    regulariser = PathLength()
    lengths = torch.tensor([1.0, 3.0])
    first = regulariser(lengths)
    assert regulariser.mean.item() == 0.0  # a turn that is tried again finds what it found before
    assert torch.allclose(first, (lengths - 0.02).square())
    for _ in range(800):
        penalties = regulariser(lengths)
        regulariser.follow(lengths.mean())
    assert regulariser.mean.item() == pytest.approx(2, rel=1e-3)
    assert torch.allclose(penalties, torch.ones(2), atol=0.01)
    other = PathLength()
    other.load_state_dict(regulariser.state_dict())
    assert other.mean == regulariser.mean


def test_it_pulls_the_generator():
    matrix = torch.randn(6, 3 * 4 * 4, requires_grad=True)
    ws = torch.randn(4, 1, 6, requires_grad=True)
    images = (ws[:, 0] @ matrix).view(-1, 3, 4, 4)
    PathLength()(path_lengths(images, ws, torch.randn_like(images))).mean().backward()
    assert matrix.grad.any()
