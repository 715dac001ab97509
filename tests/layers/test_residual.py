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


@pytest.mark.parametrize("entry", [False, True])
def test_halving_equals_the_published_order(entry):
    """The 1x1 shortcut commutes with pooling, so pooling first changes nothing but the cost."""
    block, x = DownBlock(4, 6, entry=entry), torch.randn(2, 4, 8, 8)
    h = block.conv2(block.conv1(x if entry else x.relu()).relu())
    torch.testing.assert_close(block(x), F.avg_pool2d(h, 2) + F.avg_pool2d(block.shortcut(x), 2))


@pytest.mark.parametrize("how", ["nearest", "bilinear"])
def test_doubling_equals_the_published_order(how):
    block, x = UpBlock(4, 6, upsample=how), torch.randn(2, 4, 5, 5)
    h = block.conv1(double(F.relu(block.norm1(x)), how))
    h = block.conv2(F.relu(block.norm2(h)))
    torch.testing.assert_close(block(x), h + block.shortcut(double(x, how)))


def test_the_middle_is_as_narrow_as_the_input_but_at_the_entry():
    assert DownBlock(4, 9).conv1.out_channels == 4
    assert DownBlock(4, 9, entry=True).conv1.out_channels == 9
    assert DownBlock(4, 4, halve=False).shortcut is None
    assert UpBlock(9, 4).conv1.out_channels == 4
