"""Self-attention."""

from __future__ import annotations

import torch

from sparring.layers.attention import SelfAttention


def layer(gain=1.0):
    attention = SelfAttention(16)
    torch.nn.init.constant_(attention.gain, gain)
    return attention


def test_it_starts_as_the_identity():
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(SelfAttention(16)(x), x)


def test_every_position_spreads_one_unit_of_attention():
    weights = layer().weights(torch.randn(2, 16, 8, 8))
    assert weights.shape == (2, 64, 16)
    torch.testing.assert_close(weights.sum(2), torch.ones(2, 64))


def test_positions_see_each_other_across_the_image():
    attention, x = layer(), torch.randn(1, 16, 8, 8)
    other = x.clone()
    other[..., 7, 7] += 1
    assert not torch.equal(attention(x)[..., 0, 0], attention(other)[..., 0, 0])


def test_shifts_by_the_pooling_step_shift_the_output():
    attention, x = layer().double(), torch.randn(1, 16, 8, 8, dtype=torch.float64)
    torch.testing.assert_close(attention(x.roll(2, 3)), attention(x).roll(2, 3))
    assert not torch.allclose(attention(x.roll(1, 3)), attention(x).roll(1, 3))


def test_it_differentiates_twice():
    x = torch.randn(1, 8, 4, 4, dtype=torch.float64, requires_grad=True)
    attention = SelfAttention(8).double()
    torch.nn.init.ones_(attention.gain)
    assert torch.autograd.gradgradcheck(attention, x, nondet_tol=0)


def test_few_channels_still_have_something_to_look_with():
    assert SelfAttention(1)(torch.randn(1, 1, 4, 4)).shape == (1, 1, 4, 4)
