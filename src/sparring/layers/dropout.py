"""Dropout that also acts in evaluation."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class LastingDropout(nn.Module):
    """Dropout in training and evaluation alike: a generator's source of noise (Isola et al. 2017).

    What is left is scaled up, so the mean is kept.
    """

    def __init__(self, share: float = 0.5):
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.share, training=True)

    def extra_repr(self) -> str:
        return str(self.share)
