"""The mode-seeking term: images of different noise should differ (MSGAN, Mao et al. 2019)."""

from __future__ import annotations

from torch import Tensor

EPSILON = 1e-5


def alikeness(one: Tensor, other: Tensor, z_one: Tensor, z_other: Tensor) -> Tensor:
    """1 / (mean |image - image'| / mean |z - z'| + 1e-5), 0-d: large where different noise makes the same image.

    Images (n, ...) made from noise (n, latent) under the same labels; both means go over the whole batch.
    """
    ratio = (one - other).abs().mean() / (z_one - z_other).abs().mean().clamp_min(EPSILON)
    return 1 / (ratio + EPSILON)
