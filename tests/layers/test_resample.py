"""Resampling is what its sentence says: zeros in between, pad, filter, drop."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as some
from tests.parity.case import error

from sparring.layers.resample import (
    BINOMIAL,
    down_convolution,
    downsample,
    resample,
    taps_of,
    up_convolution,
    upsample,
)

TAPS = taps_of(BINOMIAL)


def plainly(x, square, up, down, padding, gain):
    """The definition, one step after the other."""
    n, channels, height, width = x.shape
    wide = x.new_zeros(n, channels, height, up, width, up)
    wide[:, :, :, 0, :, 0] = x
    wide = F.pad(wide.reshape(n, channels, height * up, width * up), padding)
    kernel = square.flip((0, 1)).to(x.dtype)[None, None] * gain
    out = F.conv2d(wide.reshape(n * channels, 1, *wide.shape[2:]), kernel)
    return out.reshape(n, channels, *out.shape[2:])[:, :, ::down, ::down]


paddings = some.tuples(*[some.integers(-2, 9)] * 4)


@given(some.integers(1, 4), some.integers(1, 3), paddings, some.sampled_from([2, 3, 4, 5, 9, 12]), some.booleans())
def test_it_is_what_it_says(up, down, padding, length, square):
    x = torch.randn(2, 3, 7, 6)
    taps = torch.randn(length, length) if square else torch.randn(length)
    whole = taps if square else torch.outer(taps, taps)
    sides = (7 * up + padding[2] + padding[3], 6 * up + padding[0] + padding[1])
    if min(sides) < length or min(7 * up + min(padding[2:]), 6 * up + min(padding[:2])) < 1:
        return
    ours = resample(x, taps, up, down, padding, gain=1.5)
    theirs = plainly(x, whole, up, down, padding, 1.5)
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("length", [4, 12])
def test_brightness_and_position_are_kept(length):
    taps = taps_of([1.0] * length)
    flat = torch.full((1, 1, 40, 40), 0.7)
    inside = slice(length, -length)
    assert torch.allclose(upsample(flat, taps)[..., inside, inside], torch.tensor(0.7))
    assert torch.allclose(downsample(flat, taps)[..., length // 2 : -length, length // 2 : -length], torch.tensor(0.7))
    x = torch.randn(1, 2, 16, 16)
    for change in (upsample, downsample):
        assert error(change(x.flip(3), taps), change(x, taps).flip(3)) <= 1e-5


@pytest.mark.parametrize("kernel", [1, 3])
def test_convolutions_that_resample(kernel):
    x, weight = torch.randn(2, 4, 8, 8), torch.randn(5, 4, kernel, kernel)
    up = up_convolution(x, weight, TAPS)
    assert up.shape == (2, 5, 16, 16)
    zeros = torch.zeros(2, 4, 16, 16)
    zeros[:, :, ::2, ::2] = x
    spread = F.conv2d(F.pad(zeros, (2, 1, 2, 1) if kernel == 3 else (0, 0, 0, 0)), weight.flip((2, 3)))
    expected = resample(spread, TAPS, padding=(1, 1, 1, 1) if kernel == 3 else (2, 1, 2, 1), gain=4.0)
    assert error(up, expected) <= 1e-5
    down = down_convolution(x, weight, TAPS, torch.ones(5))
    assert down.shape == (2, 5, 4, 4)
    blurred = resample(x, TAPS, padding=(2, 2, 2, 2) if kernel == 3 else (1, 1, 1, 1))
    assert error(down, F.conv2d(blurred, weight, stride=2) + 1) <= 1e-5


@pytest.mark.parametrize(("up", "down", "length"), [(2, 1, 4), (1, 2, 4), (1, 1, 4), (2, 1, 8), (1, 2, 8)])
def test_gradients_of_gradients(up, down, length):
    taps = torch.randn(length)
    x = torch.randn(1, 2, 5, 4, dtype=torch.double, requires_grad=True)

    def squared(x):
        return resample(x, taps, up, down, (3, 4, 4, 3)).square()

    assert torch.autograd.gradcheck(squared, (x,))
    assert torch.autograd.gradgradcheck(squared, (x,))


@pytest.mark.parametrize("change", [upsample, downsample])
def test_second_derivatives_cost_the_same_for_any_number_of_channels(change):
    def convolutions(channels):
        x = torch.randn(1, channels, 8, 8, requires_grad=True)
        with torch.profiler.profile() as profile:
            (slope,) = torch.autograd.grad(change(x, TAPS).square().sum(), x, create_graph=True)
            slope.square().sum().backward()
        return sum(event.count for event in profile.key_averages() if event.key == "aten::convolution")

    assert convolutions(16) == convolutions(2) > 0


def test_gradients_pass_through_reduced_precision():
    x = torch.randn(2, 3, 8, 8, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        out = downsample(upsample(x, TAPS), TAPS)
    assert out.dtype == torch.bfloat16
    (slope,) = torch.autograd.grad(out.float().sum(), x)
    (expected,) = torch.autograd.grad(downsample(upsample(x, TAPS), TAPS).sum(), x)
    assert slope.dtype == torch.float32
    assert error(slope, expected) <= 0.02


def test_channels_last_is_kept():
    x = torch.randn(2, 8, 16, 16).contiguous(memory_format=torch.channels_last)
    for change in (upsample, downsample):
        out = change(x, TAPS)
        assert out.is_contiguous(memory_format=torch.channels_last)
        assert error(out, change(x.contiguous(), TAPS)) <= 1e-6


def test_one_tap_is_no_filter():
    x = torch.randn(1, 1, 3, 3)
    assert torch.equal(resample(x, torch.ones(1)), x)
    assert torch.equal(resample(x, torch.ones(1), padding=(1, 0, 0, 0), gain=2.0), F.pad(x, (1, 0)) * 2)
