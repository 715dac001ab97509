"""How players and their samples move."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def movement(seen: Tensor, before: Tensor, rounds: float) -> float:
    """Median distance between samples from the same noise at two looks, per 1,000 rounds."""
    return shift(seen, before) * 1000 / rounds


def shift(seen: Tensor, other: Tensor) -> float:
    """Median distance between samples of the same noise made in two ways."""
    return float((seen - other).norm(dim=1).median())


@torch.no_grad()
def update_size(before: Sequence[Tensor], now: Sequence[Tensor], updates: int) -> float:
    """Size of one of `updates` updates over the size of the weights."""
    moved = torch.nn.utils.get_total_norm(torch._foreach_sub(list(now), list(before)))
    return float(moved / torch.nn.utils.get_total_norm(before).clamp_min(1e-12) / updates)


def still(parameters: Sequence[nn.Parameter]) -> float:
    """Share of parameters without a gradient, or with one of zeros."""
    grads = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norms = torch.stack(torch._foreach_norm(grads)) if grads else torch.zeros(0)
    return 1 - float((norms != 0).sum()) / len(parameters)
