"""The network that tells people apart: as the original says, and differentiable."""

from __future__ import annotations

import torch
from torch import Tensor

from sparring.layers.face_identity import SIDE, pretrained

# The first six of 128 numbers for a made pattern: computed by @vladmandic/face-api 1.7.15 itself.
PUBLISHED = [-0.08486, 0.10978, 0.06858, -0.02473, -0.06175, -0.05856]
LENGTH = 1.23444


def pattern(side: int) -> Tensor:
    """Waves that differ in every channel; (1, 3, side, side), whole numbers of 255."""
    rows, columns = (torch.arange(side, dtype=torch.float64) for _ in range(2))
    channels = torch.arange(1, 4, dtype=torch.float64)[:, None, None]
    waves = torch.sin(0.05 * rows[:, None] * channels + 0.031 * columns.square() / side)
    return (127.5 + 127.5 * waves).round().div(255).float()[None]


def test_it_says_what_the_original_says():
    found = pretrained().numbers(pattern(SIDE))[0]
    torch.testing.assert_close(found[:6], torch.tensor(PUBLISHED), rtol=0, atol=5e-5)
    torch.testing.assert_close(found.norm().item(), LENGTH, rtol=0, atol=1e-4)


def test_identities_have_length_one_at_every_size_of_the_image():
    network = pretrained()
    one, other = network(pattern(SIDE)), network(torch.nn.functional.interpolate(pattern(SIDE), size=225))
    torch.testing.assert_close(other.norm(dim=1), torch.ones(1))
    assert (one * other).sum() > 0.99


def test_gradients_reach_the_image_and_nothing_learns():
    network = pretrained()
    image = pattern(40).requires_grad_()
    network(image)[0, 0].backward()
    assert image.grad is not None
    assert image.grad.isfinite().all()
    assert image.grad.abs().sum() > 0
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_identities_are_told_apart_in_half_precision():
    network, image = pretrained(), pattern(40)
    with torch.autocast("cpu", torch.bfloat16):
        found = network(image)
    assert found.dtype == torch.float32
    assert 1 - (found @ network(image).T).item() < 1e-3
