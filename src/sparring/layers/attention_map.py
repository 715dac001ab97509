"""Class activation maps as attention (Zhou et al. 2016, Kim et al. 2020)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


class AttentionMap(nn.Module):
    """Two classifiers, of the maps' means and of their maxima, whose weights then weigh the maps.

    (n, channels, h, w) -> the weighed maps, both kinds mixed by 1x1 (no activation yet), and logits (n, 2). Where the
    classifiers are spectrally normalised, the maps are weighed by their plain weights all the same, as published.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.mean, self.maximum = nn.Linear(channels, 1, bias=False), nn.Linear(channels, 1, bias=False)
        self.mix = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        logits = torch.cat([self.mean(x.mean((2, 3))), self.maximum(x.amax((2, 3)))], 1)
        weighed = [x * plain(one).view(1, -1, 1, 1) for one in (self.mean, self.maximum)]
        return self.mix(torch.cat(weighed, 1)), logits


def plain(layer: nn.Linear) -> Tensor:
    """The weight before any normalisation."""
    if not parametrize.is_parametrized(layer, "weight"):
        return layer.weight
    original = layer.get_submodule("parametrizations.weight").original
    assert isinstance(original, Tensor)
    return original
