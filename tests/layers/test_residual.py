"""Residual blocks."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from sparring.layers.residual import DownBlock, UpBlock, double


def test_shortcuts_read_the_input_before_the_activation():
    block = DownBlock(3, 3, halve=False)
    torch.nn.init.zeros_(block.conv2.weight), torch.nn.init.zeros_(block.conv2.bias)
    x = torch.randn(2, 3, 4, 4)
    kept = x.clone()
    assert torch.equal(block(x), kept)
    assert torch.equal(x, kept)
    rectified = DownBlock(3, 3, halve=False, rectified=True)
    rectified.load_state_dict(block.state_dict())
    assert torch.equal(rectified(x), kept.relu())


def assert_equal_gradients(block, ours, published):
    weights, toward = list(block.parameters()), torch.randn_like(ours)
    pairs = zip(*(torch.autograd.grad(out, weights, toward) for out in (ours, published)), strict=True)
    for mine, theirs in pairs:
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("entry", [False, True])
def test_halving_equals_the_published_order(entry):
    """Working at the smaller resolution changes nothing but the cost."""
    block, x = DownBlock(4, 6, entry=entry), torch.randn(2, 4, 8, 8)
    h = block.conv2(block.conv1(x if entry else x.relu()).relu())
    published = F.avg_pool2d(h, 2) + F.avg_pool2d(block.shortcut(x), 2)
    torch.testing.assert_close(block(x), published)
    assert_equal_gradients(block, block(x), published)


@pytest.mark.parametrize("how", ["nearest", "bilinear"])
def test_doubling_equals_the_published_order(how):
    block, x = UpBlock(4, 6, upsample=how), torch.randn(2, 4, 5, 5)
    h = block.conv1(double(F.relu(block.norm1(x)), how))
    h = block.conv2(F.relu(block.norm2(h)))
    published = h + block.shortcut(double(x, how))
    torch.testing.assert_close(block(x), published)
    assert_equal_gradients(block, block(x), published)


def test_the_middle_is_as_narrow_as_the_input_but_at_the_entry():
    assert DownBlock(4, 9).conv1.out_channels == 4
    assert DownBlock(4, 9, entry=True).conv1.out_channels == 9
    assert DownBlock(4, 4, halve=False).shortcut is None
    assert UpBlock(9, 4).conv1.out_channels == 4
