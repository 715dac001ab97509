"""ADA's image-space operations: louder or softer frequency bands, noise, and a hole."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .draws import Draws

SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025)
"""Daubechies' wavelet with two vanishing moments."""

BAND_POWER = (10 / 13, 1 / 13, 1 / 13, 1 / 13)  # of natural images, from low to high frequencies
BAND_DEVIATION = 1.0  # of the base-2 logarithm of a band's gain
NOISE = 0.1  # deviation of the noise's deviation
HOLE = 0.5  # of the image's side


def filter_bank() -> Tensor:
    """Four symmetric band-pass filters, from low to high frequencies, that add up to no filter: (4, taps)."""
    low = torch.tensor(SYM2, dtype=torch.float64)
    high = low * torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    low2, high2 = autocorrelation(low) / 2, autocorrelation(high) / 2
    bank = torch.eye(4, 1, dtype=torch.float64)
    for band in range(1, 4):
        spread = bank.new_zeros(4, 2 * bank.shape[1] - 1)
        spread[:, ::2] = bank
        bank = F.conv1d(spread[:, None], low2.flip(0)[None, None], padding=len(low2) - 1)[:, 0]
        start = (bank.shape[1] - len(high2)) // 2
        bank[band, start : start + len(high2)] += high2
    return bank.float()


def autocorrelation(taps: Tensor) -> Tensor:
    return F.conv1d(taps[None, None], taps[None, None], padding=len(taps) - 1)[0, 0]


def band_gains(draws: Draws) -> Tensor:
    """(n, 4): each band's gain is drawn in turn, and the expected power of the image is kept after each."""
    power = torch.tensor(BAND_POWER, device=draws.p.device)
    gains = torch.ones(draws.n, 4, device=draws.p.device)
    for band in range(4):
        change = torch.ones_like(gains)
        change[:, band] = draws.keep(draws.factor(BAND_DEVIATION), 1)
        gains = gains * change / (power * change.square()).sum(1, keepdim=True).sqrt()
    return gains


def refilter(x: Tensor, gains: Tensor) -> Tensor:
    """`x` (n, channels, h, w) with its bands times `gains` (n, 4); mirrored beyond its edges."""
    n, channels, height, width = x.shape
    taps = (gains.to(x.dtype) @ filter_bank().to(x)).repeat_interleave(channels, 0)
    far = taps.shape[1] // 2
    if min(height, width) <= far:
        raise ValueError(f"band filters need images of more than {far} pixels, not {height}x{width}: leave them out")
    h = F.pad(x, (far, far, far, far), mode="reflect").reshape(1, n * channels, height + 2 * far, width + 2 * far)
    h = F.conv2d(h, taps[:, None, None], groups=n * channels)
    return F.conv2d(h, taps[:, None, :, None], groups=n * channels).reshape(x.shape)


def add_noise(x: Tensor, draws: Draws) -> Tensor:
    """`x` plus noise of a random deviation."""
    deviation = draws.keep(draws.normal(1, 1, 1).abs() * NOISE, 0)
    return x + (draws.normal(*x.shape[1:]) * deviation).to(x.dtype)


def cut(x: Tensor, draws: Draws) -> Tensor:
    """`x` with a rectangle of half its sides set to 0 around a random place."""
    size = draws.keep(torch.full((draws.n, 1), HOLE, device=draws.p.device), 0)
    place = draws.uniform(2)
    across = beyond(x.shape[3], place[:, :1], size)
    down = beyond(x.shape[2], place[:, 1:], size)
    return x * (across[:, None, None] | down[:, None, :, None])


def beyond(side: int, centre: Tensor, size: Tensor) -> Tensor:
    """Which rows or columns lie outside the hole, (n, side)."""
    places = (torch.arange(side, device=centre.device) + 0.5) / side
    return (places - centre).abs() >= size / 2
