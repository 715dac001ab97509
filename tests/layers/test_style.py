"""Pixel norm, AdaIN, the mapping network and growth."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sparring.layers.adain import AdaptiveInstanceNorm
from sparring.layers.growth import Growth, as_shown, blend
from sparring.layers.mapping import Mapping, StyleMapping
from sparring.layers.pixel_norm import pixel_norm


def mapping(classes=0, **options):
    return StyleMapping(Mapping(16, classes, 12, 3), 12, 6, **options)


def test_pixel_norm():
    x = pixel_norm(torch.randn(2, 8, 3, 3) * 50)
    assert torch.allclose(x.square().mean(1), torch.ones(2, 3, 3))


def test_a_style_sets_mean_and_deviation():
    norm, x, w = AdaptiveInstanceNorm(4, 5), 3 + 2 * torch.randn(2, 4, 16, 16), torch.randn(2, 5)
    scale, shift = norm.affine(w).chunk(2, 1)
    out = norm(x, w)
    assert torch.allclose(out.mean((2, 3)), shift, atol=1e-5)
    assert torch.allclose(out.std((2, 3), correction=0), (1 + scale).abs(), atol=1e-5)
    assert torch.allclose(out, norm(x * 7 + 1, w), atol=1e-4)
    nn.init.zeros_(norm.affine.weight)
    assert torch.allclose(norm(x, w), F.instance_norm(x), atol=1e-4)


def test_truncation():
    network = mapping().eval()
    network.average.copy_(torch.randn(12))
    z = torch.randn(5, 16)
    ws = network(z)
    assert ws.shape == (5, 6, 12)
    assert torch.equal(network(z, truncation=1.0), ws)
    assert torch.equal(network(z, truncation=0.0), network.average.expand(5, 6, 12))
    half = network(z, truncation=0.5)
    assert torch.allclose(half, (ws + network.average) / 2, atol=1e-6)
    first = network(z, truncation=0.5, cutoff=2)
    assert torch.equal(first[:, :2], half[:, :2])
    assert torch.equal(first[:, 2:], ws[:, 2:])


def test_the_average_follows_in_training_only():
    network, z = mapping(decay=0.9), torch.randn(64, 16)
    w = network(z)[:, 0]
    assert torch.allclose(network.average, 0.1 * w.mean(0), atol=1e-6)
    for _ in range(100):
        network(z)
    assert torch.allclose(network.average, w.mean(0), atol=1e-4)
    kept = network.average.clone()
    network.eval()(torch.randn(64, 16))
    assert torch.equal(network.average, kept)
    assert not network.average.requires_grad


def test_labels_join_as_numbers_or_shares():
    network, z, y = mapping(classes=3).eval(), torch.randn(4, 16), torch.tensor([0, 1, 2, 0])
    assert torch.equal(network(z, y), network(z, F.one_hot(y, 3).float()))
    assert not torch.allclose(network(z, y), network(z, y.roll(1)))
    with pytest.raises(ValueError, match="this network is conditional"):
        network(z)
    labels = Mapping(0, 3, 12, 2)
    assert labels(None, y).shape == (4, 12)


def test_the_scale_of_z_does_not_matter():
    network, z = mapping().eval(), torch.randn(4, 16)
    assert torch.allclose(network(z), network(z * 10), atol=1e-5)


def test_growth_remembers_and_refuses():
    growth = Growth(4)
    assert growth.now() == (3, 1.0)
    growth.grow(2, 0.25)
    assert growth.now() == (2, 0.25)
    other = Growth(4)
    other.load_state_dict(growth.state_dict())
    assert other.now() == (2, 0.25)
    growth.grow(0, 0.5)
    assert growth.now() == (0, 1.0)  # there is no level before the first
    with pytest.raises(ValueError, match="levels 0 to 3, and no level 4"):
        growth.grow(4)
    with pytest.raises(ValueError, match="fade lies between 0"):
        growth.grow(1, 1.5)


def test_real_images_fade_like_generated_ones():
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(as_shown(images, 3), images)
    assert as_shown(images, 1).shape == (2, 3, 8, 8)
    coarse = as_shown(images, 1)
    assert torch.allclose(as_shown(images, 2, 0.0), F.interpolate(coarse, scale_factor=2.0), atol=1e-6)
    old, new = torch.randn(1, 1, 2, 2), torch.randn(1, 1, 4, 4)
    assert torch.equal(blend(old, new, 0.0), F.interpolate(old, scale_factor=2.0))
    assert torch.equal(blend(old, new, 1.0), new)
