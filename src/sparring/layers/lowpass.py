"""Low-pass filters by Kaiser's window method, along a line or the same in every direction (Karras et al. 2021).

Frequencies are in cycles per unit of length, which for us is the side of an image.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def kaiser_beta(taps: int, width: float, rate: float) -> float:
    """The window's shape for a transition band `width` wide at a sampling rate `rate` (Kaiser 1974)."""
    attenuation = 2.285 * (taps - 1) * math.pi * width / (rate / 2) + 7.95  # decibels
    if attenuation > 50:
        return 0.1102 * (attenuation - 8.7)
    if attenuation > 21:
        return 0.5842 * (attenuation - 21) ** 0.4 + 0.07886 * (attenuation - 21)
    return 0.0


def lowpass(taps: int, cutoff: float, width: float, rate: float, radial: bool = False) -> Tensor:
    """A filter whose taps sum to 1: a line (taps,), a jinc square (taps, taps) if `radial`; 1 tap is no filter.

    `cutoff` is the middle of a transition band `width` wide.
    """
    if taps == 1:
        return torch.ones(1)
    window = torch.kaiser_window(taps, periodic=False, beta=kaiser_beta(taps, width, rate), dtype=torch.float64)
    place = (torch.arange(taps, dtype=torch.float64) - (taps - 1) / 2) / rate
    if radial:
        distance = torch.hypot(place[:, None], place[None])
        argument = (2 * math.pi * cutoff * distance).clamp(min=1e-9)
        ideal = torch.special.bessel_j1(argument) / argument
        kernel = ideal * torch.outer(window, window)
    else:
        kernel = torch.sinc(2 * cutoff * place) * window
    return (kernel / kernel.sum()).float()
