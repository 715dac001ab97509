"""The Fréchet distance between two sets of features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@torch.no_grad()
def features_of(network: Callable[[Tensor], Tensor], images: Tensor, batch: int = 250) -> NDArray[np.float64]:
    """(n, features) float64 of (n, channels, side, side) float32 in [-1, 1]; what lies outside is cut, as in a file."""
    return torch.cat([network(part.clamp(-1, 1)) for part in images.split(batch)]).double().numpy()


def frechet(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Between the Gaussians of the same mean and covariance (Dowson and Landau 1982). (n, features), (m, features)."""
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    # The trace of the root of first @ second, by a symmetric matrix with the same eigenvalues.
    overlap = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * overlap)
