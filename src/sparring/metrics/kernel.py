"""Kernel distance: the unbiased squared maximum mean discrepancy with a cubic kernel (Bińkowski et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor

from .intervals import repeats
from .protocols import features_of, features_protocol, score_name
from .score import Score
from .sets import Sets

SUBSETS = 100
SIZE = 1000  # samples of a subset, as published
BLOCK = 1024  # rows of kernel values at once


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
    if max(len(x), len(y)) ** 2 <= subsets * size**2:
        return at_once(x.double(), y.double(), first.to(x.device), second.to(x.device))
    pairs = zip(first.to(x.device), second.to(y.device), strict=True)
    return torch.stack([discrepancy(x[i], y[j]) for i, j in pairs])


def at_once(x: Tensor, y: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """The discrepancies of all subsets (subsets, size) from one pass over all pairs, for sets that are small."""
    size, own = first.shape[1], list[Tensor]()
    masks = [
        torch.zeros(len(rows), len(drawn), dtype=torch.float64, device=x.device).scatter_(0, drawn.T, 1)
        for rows, drawn in ((x, first), (y, second))
    ]
    for rows, mask in zip((x, y), masks, strict=True):
        itself = (rows.square().mean(1) + 1) ** 3 @ mask
        own.append((sums(rows, rows, mask, mask) - itself) / (size * (size - 1)))
    return own[0] + own[1] - 2 * sums(x, y, masks[0], masks[1]) / size**2


def sums(x: Tensor, y: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Of the kernel over the pairs that each column of two masks (n, subsets) and (m, subsets) picks, (subsets,)."""
    parts = zip(x.split(BLOCK), rows.split(BLOCK), strict=True)
    return torch.stack([(kernel(part, y) @ columns).mul_(mask).sum(0) for part, mask in parts]).sum(0)


def kernel_distance(sets: Sets) -> list[Score]:
    """KID: mean and standard deviation over random subsets; `kd-NAME` where the features are not Inception's."""
    real, fake = features_of(sets.real, "the real images"), features_of(sets.fake, "the samples")
    size = subset_size(min(len(real), len(fake)))
    values = kid(real, fake, size=size, seed=sets.seed)
    low, high, about = repeats(values, "subsets")
    protocol = features_protocol(sets, (("subsets", SUBSETS), ("size", size)))
    few = (
        f"subsets of {size} samples, as there are too few for {SIZE:,}: the value stays unbiased, and its spread grows"
    )
    name = score_name("kid", "kd", sets.extractor)
    return [Score(name, float(values.mean()), "lower", protocol, low, high, about, (few,) if size < SIZE else ())]
