"""Halving and doubling through a small binomial filter, against aliasing (Zhang 2019)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from .resample import BINOMIAL, resample, taps_of


class BlurDown(nn.Module):
    """Every second sample behind [1, 2, 1], reflected at the edges. (n, c, h, w) -> (n, c, ceil(h/2), ceil(w/2))."""

    taps: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("taps", taps_of((1.0, 2.0, 1.0)), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return resample(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.taps, down=2)


class BlurUp(nn.Module):
    """Twice the size through [1, 3, 3, 1], edges repeated. (n, c, h, w) -> (n, c, 2h, 2w)."""

    taps: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("taps", taps_of(BINOMIAL), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return resample(F.pad(x, (1, 1, 1, 1), mode="replicate"), self.taps, up=2, padding=(0, -1, 0, -1), gain=4.0)
