"""Minibatch standard deviation: shows a critic how much the samples of a group differ (Karras et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor

EPSILON = 1e-8


def group_size(samples: int, group: int) -> int:
    """The largest divisor of the batch that is at most `group`."""
    return next(size for size in range(min(group, samples), 0, -1) if samples % size == 0)


def append_deviation(x: Tensor, group: int, channels: int = 1, neighbours: bool = False) -> Tensor:
    """`x` (n, c, h, w) with `channels` more constant maps: (n, c + channels, h, w).

    Each is the standard deviation over the group, averaged over positions and over one of `channels` equal parts of
    the features. Sample i is grouped with i + n/group, i + 2n/group, ... so a batch must not mix real and fake.
    `neighbours` groups consecutive samples and takes the unbiased variance, as pytorch_GAN_zoo does.
    """
    n, c, height, width = x.shape
    size = group_size(n, group)
    if neighbours:
        parts = x.reshape(-1, size, channels, c // channels, height, width).transpose(0, 1)
    else:
        parts = x.reshape(size, -1, channels, c // channels, height, width)
    variance = (parts - parts.mean(0)).square().sum(0) / (max(size - 1, 1) if neighbours else size)
    deviation = (variance + EPSILON).sqrt().mean((2, 3, 4))
    maps = deviation.repeat_interleave(size, 0) if neighbours else deviation.repeat(size, 1)
    return torch.cat([x, maps[:, :, None, None].expand(-1, -1, height, width)], 1)
