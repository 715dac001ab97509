"""Ranges, brightness, contrast and colours of images (n, channels, h, w) in [-1, 1]; `mean` (channels,) and `std` are
the real images'.
"""

from __future__ import annotations

import torch
from torch import Tensor

EDGE = 0.99
"""Beyond this size a value counts as saturated."""


def channels(samples: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of every channel's values."""
    return samples.mean((0, 2, 3)), samples.std((0, 2, 3))


def channel_gap(fake: Tensor, mean: Tensor) -> float:
    """Largest difference of a channel's mean; `fake` (channels,) are the fakes'."""
    return float((fake - mean).abs().amax())


def swapped_gap(fake: Tensor, mean: Tensor) -> float:
    """The same with the fakes' red and blue exchanged; NaN where there are not three channels."""
    return channel_gap(fake.flip(0), mean) if len(fake) == 3 else float("nan")


def halved_gap(fake: Tensor, mean: Tensor) -> float:
    """The same with the fakes taken from [0, 1] to [-1, 1]."""
    return channel_gap(2 * fake - 1, mean)


def contrast(fake: Tensor, std: Tensor) -> float:
    """Standard deviation of a channel's values over the real images': the one farthest from 1."""
    ratios = fake / std.clamp_min(1e-6)
    return float(ratios[ratios.clamp_min(1e-6).log().abs().argmax()])


def saturated(samples: Tensor) -> float:
    """Share of values beyond 0.99 in size."""
    return float((samples.abs() > EDGE).float().mean())


def reach(samples: Tensor) -> float:
    """Largest absolute value."""
    return float(torch.as_tensor(samples.abs().amax()))
