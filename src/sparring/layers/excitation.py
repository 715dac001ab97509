"""Skip-layer excitation: coarse maps decide which channels of much finer ones count."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class SkipExcitation(nn.Module):
    """Multiplies fine maps, channel by channel, with gates in (0, 1) made from coarse ones (Liu et al. 2021).

    coarse (n, coarse_channels, h, w) with sides of at least 4, fine (n, fine_channels, ...) -> the shape of `fine`.
    """

    def __init__(self, coarse_channels: int, fine_channels: int):
        super().__init__()
        self.squeeze = nn.Conv2d(coarse_channels, fine_channels, 4, bias=False)
        self.excite = nn.Conv2d(fine_channels, fine_channels, 1, bias=False)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        h = F.silu(self.squeeze(F.adaptive_avg_pool2d(coarse, 4)))
        return fine * self.excite(h).sigmoid()
