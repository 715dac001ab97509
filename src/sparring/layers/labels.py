"""Class labels as numbers a network can take in."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def check(y: Tensor | None, classes: int) -> Tensor:
    """The labels a conditional network needs. ValueError if there are none."""
    if y is None:
        raise ValueError(f"this network is conditional: call it with labels y, int64 in [0, {classes})")
    return y


def one_hot(y: Tensor | None, classes: int, like: Tensor) -> Tensor:
    """(n, classes) zeros and ones of the dtype of `like`."""
    return F.one_hot(check(y, classes), classes).to(like.dtype)


def append_one_hot(x: Tensor, y: Tensor | None, classes: int) -> Tensor:
    """`x` (n, features) or (n, channels, height, width) with `classes` more features or constant maps."""
    hot = one_hot(y, classes, x)
    return torch.cat([x, tiled(hot, x) if x.dim() == 4 else hot], 1)


def tiled(vectors: Tensor, x: Tensor) -> Tensor:
    """(n, features) repeated over the height and width of `x`."""
    return vectors[:, :, None, None].expand(-1, -1, *x.shape[2:])


class ClassEmbedding(nn.Module):
    """One learned vector per class, for networks whose embeddings must not be spectrally normalised.

    `spectral_norm_` leaves it alone, unlike the `nn.Embedding` of a critic's projection. Starts from N(0, 1).
    y (n,) int64 in [0, classes) -> (n, length).
    """

    def __init__(self, classes: int, length: int):
        super().__init__()
        self.classes = classes
        self.weight = nn.Parameter(torch.randn(classes, length))

    def forward(self, y: Tensor | None) -> Tensor:
        return F.embedding(check(y, self.classes), self.weight)

    def extra_repr(self) -> str:
        return ", ".join(str(side) for side in self.weight.shape)
