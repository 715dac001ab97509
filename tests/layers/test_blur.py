"""Blurred halving and doubling: the filters written out, and what they keep."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from sparring.layers.blur import BlurDown, BlurUp


def kernel(taps, channels):
    line = torch.tensor(taps) / sum(taps)
    return torch.outer(line, line).expand(channels, 1, len(taps), len(taps))


def test_halving_is_every_second_place_of_a_filtered_image():
    x = torch.randn(2, 3, 7, 8)
    reference = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel((1.0, 2.0, 1.0), 3), stride=2, groups=3)
    torch.testing.assert_close(BlurDown()(x), reference)


def test_doubling_is_a_cropped_transposed_filter():
    """As in CUT's code: edges repeated once, a transposed convolution, and one row and column cut off on each side."""
    x = torch.randn(2, 3, 5, 6)
    whole = F.conv_transpose2d(
        F.pad(x, (1, 1, 1, 1), mode="replicate"), 4 * kernel((1.0, 3.0, 3.0, 1.0), 3), stride=2, padding=2, groups=3
    )
    torch.testing.assert_close(BlurUp()(x), whole[:, :, 1:-1, 1:-1])


def test_what_is_flat_stays_flat():
    flat = torch.full((1, 1, 6, 6), 0.7)
    assert torch.allclose(BlurDown()(flat), flat[:, :, :3, :3])
    assert torch.allclose(BlurUp()(flat), torch.full((1, 1, 12, 12), 0.7))
