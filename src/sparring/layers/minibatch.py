"""Minibatch discrimination: telling a critic how alike the samples of a batch are."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MinibatchDiscrimination(nn.Module):
    """How close each sample's features are to those of its batch mates, by learned measures (Salimans et al. 2016).

    Each of `measures` maps features to a row of `length` numbers; what comes out is the sum over all *other*
    samples of exp(-L1 distance of the rows), so n - 1 where all n samples are alike. h (n, features) ->
    (n, measures). Real and fake samples must come in separate batches.
    """

    def __init__(self, features: int, measures: int = 100, length: int = 5):
        super().__init__()
        self.tensor = nn.Parameter(torch.empty(features, measures, length))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.normal_(self.tensor, 0.0, 0.05)

    def forward(self, h: Tensor) -> Tensor:
        rows = torch.einsum("na,abc->nbc", h, self.tensor)
        distances = (rows[:, None] - rows[None]).abs().sum(-1)
        return torch.exp(-distances).sum(1) - 1  # exp(-0) is the sample itself

    def extra_repr(self) -> str:
        features, measures, length = self.tensor.shape
        return f"{features}, measures={measures}, length={length}"
