"""A leaky ReLU that does not alias: enlarge, rectify, low-pass, reduce (Karras et al. 2021)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from .resample import Padding, resample


def filtered_leaky_relu(
    x: Tensor,
    up_taps: Tensor,
    down_taps: Tensor,
    *,
    up: int,
    down: int,
    padding: Padding,
    slope: float = 0.2,
    gain: float = 1.0,
    clamp: float = 0.0,
) -> Tensor:
    """`x` (n, channels, h, w) resampled by `up`, rectified times `gain`, cut off at `clamp`, resampled by 1 / `down`.

    `padding` is that of both filters, in pixels of the enlarged image. A ReLU makes high frequencies; where it acts
    on a finer grid they can be filtered out before they fold back. `slope` 1 leaves the ReLU out.
    """
    # The gain is positive, so it goes through the ReLU and into the filter.
    h = resample(x, up_taps, up=up, padding=padding, gain=up**2 * gain)
    h = h if slope == 1 else F.leaky_relu(h, slope, inplace=up_taps.numel() > 1)
    h = h.clamp(-clamp, clamp) if clamp else h
    return resample(h, down_taps, down=down)
