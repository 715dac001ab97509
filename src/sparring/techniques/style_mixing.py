"""Style mixing: one image from two styles, so that layers do not rely on each other (Karras et al. 2019)."""

from __future__ import annotations

import torch
from torch import Tensor

from ..play import chance


def mixed(styles: Tensor, others: Tensor, probability: float) -> Tensor:
    """Styles (n, layers, style) that change over to the other ones at a random layer, with this probability each.

    The first layer is always that of `styles`. The authors draw once for a whole batch; here each sample draws.
    """
    n, layers = styles.shape[:2]
    change = 1 + chance.integers(layers - 1, (n,), styles.device)
    change = torch.where(chance.uniform((n,), styles.device) < probability, change, layers)
    later = torch.arange(layers, device=styles.device) >= change[:, None]
    return torch.where(later[:, :, None], others, styles)
