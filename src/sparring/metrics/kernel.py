"""Kernel distance: the unbiased squared maximum mean discrepancy with a cubic kernel (Bińkowski et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor

SUBSETS = 100
SIZE = 1000  # samples of a subset, as published


def kernel(x: Tensor, y: Tensor) -> Tensor:
    """(xᵀy / d + 1)³ of all pairs of rows (n, d) and (m, d)."""
    return (x @ y.T).div_(x.shape[1]).add_(1).pow_(3)


def discrepancy(x: Tensor, y: Tensor) -> Tensor:
    """Unbiased squared discrepancy of two sets, n, m >= 2; about 0, and sometimes below, for equal distributions."""
    x, y = x.double(), y.double()
    own = list[Tensor]()
    for rows in (x, y):
        pairs = kernel(rows, rows)
        own.append((pairs.sum() - pairs.trace()) / (len(rows) * (len(rows) - 1)))
    return own[0] + own[1] - 2 * kernel(x, y).mean()


def subset_size(count: int) -> int:
    """As published where there are twice as many samples; else half of them, so that subsets do differ."""
    return min(SIZE, max(2, count // 2))


def draws(count: int, size: int, subsets: int, seed: int) -> Tensor:
    """Which of `count` samples are in each subset, without replacement: (subsets, size)."""
    dice = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(count, generator=dice)[:size] for _ in range(subsets)])


def kid(x: Tensor, y: Tensor, *, subsets: int = SUBSETS, size: int | None = None, seed: int = 0) -> Tensor:
    """Discrepancy of each of `subsets` random subsets of features (n, d) and (m, d), (subsets,) float64.

    Their mean is the score, and never clipped at 0: it is unbiased whatever the `size` of a subset (None: see
    `subset_size`). ValueError for a size beyond what there is, features that are not finite, or dims that differ.
    """
    if x.dim() != 2 or y.shape[1:] != x.shape[1:]:
        shapes = f"{tuple(x.shape)} and {tuple(y.shape)}"
        raise ValueError(f"the kernel distance compares features (n, d) and (m, d), and these have shapes {shapes}")
    fewest = min(len(x), len(y))
    size = subset_size(fewest) if size is None else size
    if not 2 <= size <= fewest:
        raise ValueError(f"a subset of {size} cannot be drawn from {fewest} samples: give 2 to {fewest}")
    for rows in (x, y):
        if not bool(torch.isfinite(rows).all()):
            raise ValueError("the features hold values that are not finite, so nothing can be measured with them")
    # Two streams of one seed: a set and its copy are drawn from differently, as two sets are.
    first, second = draws(len(x), size, subsets, 2 * seed), draws(len(y), size, subsets, 2 * seed + 1)
    pairs = zip(first.to(x.device), second.to(y.device), strict=True)
    return torch.stack([discrepancy(x[i], y[j]) for i, j in pairs])
