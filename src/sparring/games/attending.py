"""Translators that also say where they look (U-GAT-IT)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ..networks.ugatit import Generator as AttentiveGenerator
from ..play.scene import full


def attended(network: nn.Module, x: Tensor) -> tuple[Tensor, Tensor | None]:
    """The translated image, and the logits (n, 2) of attention where the translator has any."""
    if not isinstance(network, AttentiveGenerator):
        return network(x), None
    image, logits, _ = network.attended(x)
    return image, logits


def attention(foreign: Tensor | None, own: Tensor | None) -> Tensor:
    """How badly (0-d) the logits of images to be changed are told from those of images that need no change."""
    assert foreign is not None
    assert own is not None
    return F.softplus(-full(foreign)).mean() + F.softplus(full(own)).mean()


def attentive(networks: nn.ModuleList) -> bool:
    """Whether all of them have attention."""
    return all(isinstance(network, AttentiveGenerator) for network in networks)
