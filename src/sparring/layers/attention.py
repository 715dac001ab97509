"""Self-attention over positions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Adds to every position what it looks up at all others, times a gain that starts at 0 (Zhang et al. 2019).

    As in the released code: queries and keys with an eighth of the channels, values with half of them, keys and
    values pooled 2x2, no scaling of the products, no biases. x (n, channels, height, width) with even sides ->
    the same shape. It differentiates twice, so gradient penalties may go through it.
    """

    def __init__(self, channels: int):
        super().__init__()
        short, half = max(1, channels // 8), max(1, channels // 2)
        self.query = nn.Conv2d(channels, short, 1, bias=False)
        self.key = nn.Conv2d(channels, short, 1, bias=False)
        self.value = nn.Conv2d(channels, half, 1, bias=False)
        self.out = nn.Conv2d(half, channels, 1, bias=False)
        self.gain = nn.Parameter(torch.zeros(()))

    def weights(self, x: Tensor) -> Tensor:
        """How much each position looks at each pooled one: (n, positions, positions / 4), rows sum to 1."""
        query = self.query(x).flatten(2)
        key = F.max_pool2d(self.key(x), 2).flatten(2)
        return torch.bmm(query.mT, key).softmax(-1)

    def forward(self, x: Tensor) -> Tensor:
        value = F.max_pool2d(self.value(x), 2).flatten(2)
        found = torch.bmm(value, self.weights(x).mT).unflatten(2, x.shape[2:])
        return x + self.gain * self.out(found)
