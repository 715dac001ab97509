"""Pixel norm: every position's feature vector gets unit mean square (Karras et al. 2018)."""

from __future__ import annotations

from torch import Tensor

EPSILON = 1e-8


def pixel_norm(x: Tensor) -> Tensor:
    """`x` (n, channels, ...) divided by the root of its mean square over the channels."""
    return x * (x.square().mean(1, keepdim=True) + EPSILON).rsqrt()
