"""Doubling and halving with the bilinear filter [1, 3, 3, 1]: what [1, 2, 1] becomes on a grid of half steps."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

TAPS = (1.0, 3.0, 3.0, 1.0)


def double_smoothly(x: Tensor) -> Tensor:
    """(n, channels, h, w) -> (n, channels, 2h, 2w): bilinear, with zeros beyond the edge."""
    kernel = filters(x, 4.0)
    return F.conv_transpose2d(x, kernel, stride=2, padding=1, groups=x.shape[1])


def halve_smoothly(x: Tensor) -> Tensor:
    """(n, channels, h, w) with even sides -> (n, channels, h/2, w/2), with zeros beyond the edge."""
    return F.conv2d(x, filters(x, 1.0), stride=2, padding=1, groups=x.shape[1])


def filters(x: Tensor, total: float) -> Tensor:
    """One 4x4 filter per channel, (channels, 1, 4, 4), whose weights add up to `total`."""
    taps = torch.tensor(TAPS, dtype=x.dtype, device=x.device) / sum(TAPS)
    return (total * torch.outer(taps, taps)).expand(x.shape[1], 1, 4, 4)
