"""Low-pass filters pass what is low, and a ReLU between two of them does not alias."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from tests.parity.case import error

from sparring.layers.filtered_relu import filtered_leaky_relu
from sparring.layers.lowpass import lowpass


def response(taps, frequencies, rate):
    place = (torch.arange(len(taps)) - (len(taps) - 1) / 2) / rate
    return (torch.cos(2 * math.pi * torch.as_tensor(frequencies)[:, None] * place) * taps).sum(1)


@pytest.mark.parametrize("taps", [12, 24])
def test_it_is_the_window_method_of_signal_processing(taps):
    signal = pytest.importorskip("scipy.signal")
    expected = torch.from_numpy(signal.firwin(numtaps=taps, cutoff=7.0, width=6.0, fs=64.0)).float()
    assert error(lowpass(taps, 7.0, 6.0, 64.0), expected) <= 1e-6


def test_what_is_below_the_band_passes_and_what_is_above_does_not():
    taps = lowpass(24, cutoff=8, width=8, rate=64)
    low, half, high = response(taps, [1.0, 8.0, 16.0], 64)
    assert low == pytest.approx(1, abs=0.02)
    assert half == pytest.approx(0.5, abs=0.03)
    assert abs(high) < 0.02


def test_a_round_filter_is_round():
    taps = lowpass(12, 6, 8, 32, radial=True)
    assert taps.sum().item() == pytest.approx(1)
    for turned in (taps.T, taps.flip(0), taps.flip(1)):
        assert torch.allclose(turned, taps, atol=1e-7)
    # Along the diagonal it passes what it passes along a side; a separable filter lets more through.
    place = (torch.arange(12) - 5.5) / 32

    def passed(kernel, x, y):
        return (torch.cos(2 * math.pi * (x * place[None] + y * place[:, None])) * kernel).sum()

    line = lowpass(12, 6, 8, 32)
    diagonal = 9 / math.sqrt(2)
    assert abs(passed(taps, 9.0, 0.0) - passed(taps, diagonal, diagonal)) < 0.05
    assert passed(torch.outer(line, line), diagonal, diagonal) > passed(torch.outer(line, line), 9.0, 0.0) + 0.05


def test_one_tap_is_no_filter():
    assert torch.equal(lowpass(1, 1, 1, 1), torch.ones(1))


def test_a_shift_by_a_fraction_goes_through():
    """Rectified on its own grid, a wave shifted by half a sample is no longer the shifted rectified wave."""
    up, down = lowpass(12, 4.0, 8.0, 64), lowpass(12, 4.0, 8.0, 64)
    place = torch.arange(32) / 32

    def wave(shift):
        return torch.cos(2 * math.pi * 7 * (place - shift))[None, None, None].expand(1, 1, 32, 32)

    def smooth(x):
        return filtered_leaky_relu(x, up, down, up=2, down=2, padding=(11, 11, 11, 11), gain=2**0.5)

    def energies(change):
        return [change(wave(shift))[..., 8:-8].square().mean().item() for shift in (0, 1 / 256, 1 / 64, 3 / 256)]

    def spread(values):
        return (max(values) - min(values)) / max(values)

    assert spread(energies(smooth)) < spread(energies(lambda x: F.leaky_relu(x, 0.2)))


def test_gains_slopes_and_gradients():
    up, down = lowpass(12, 4, 8, 32), lowpass(12, 4, 8, 32)
    x = torch.randn(2, 3, 6, 6)
    size = {"up": 2, "down": 2, "padding": (11, 11, 11, 11)}
    straight = filtered_leaky_relu(x, up, down, **size, slope=1.0)
    assert error(filtered_leaky_relu(2 * x, up, down, **size, slope=1.0), 2 * straight) <= 1e-6
    plain = filtered_leaky_relu(x, up, down, **size)
    assert error(filtered_leaky_relu(x, up, down, **size, gain=3.0), 3 * plain) <= 1e-5
    assert filtered_leaky_relu(x, up, down, **size, clamp=0.1).abs().max() <= 0.2
    tiny = torch.randn(1, 1, 3, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: filtered_leaky_relu(x, up, down, **size), (tiny,))
    assert torch.autograd.gradgradcheck(lambda x: filtered_leaky_relu(x, up, down, **size).square(), (tiny,))
