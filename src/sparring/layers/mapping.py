"""The mapping network from noise to style, its running average, and truncation (Karras et al. 2019)."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .equalised import RELU_GAIN, EqualisedLinear
from .labels import check, one_hot
from .pixel_norm import pixel_norm

PACE = 0.01  # a mapping network learns this much slower than the rest


class Mapping(nn.Module):
    """Noise z (n, latent), labels, or both -> (n, style), through leaky ReLUs.

    Labels are embedded linearly and normalised like z, and stand behind it; `latent` 0 maps labels alone, as a
    projecting critic does. y is (n,) int64, or (n, classes) shares of classes. `bias_gain` is sqrt(2) where the
    activation's gain also multiplies the bias (StyleGAN2 and 3) and 1 where it does not (StyleGAN).
    """

    def __init__(self, latent: int, classes: int, style: int, depth: int, bias_gain: float = RELU_GAIN):
        super().__init__()
        self.latent, self.classes = latent, classes
        self.embedding = EqualisedLinear(classes, style) if classes else None
        widths = [latent + (style if classes else 0)] + [style] * depth
        self.layers = nn.ModuleList(
            EqualisedLinear(inputs, outputs, gain=RELU_GAIN, pace=PACE, bias_gain=bias_gain)
            for inputs, outputs in pairwise(widths)
        )

    def forward(self, z: Tensor | None, y: Tensor | None = None) -> Tensor:
        parts = [pixel_norm(z)] if z is not None and self.latent else []
        if self.embedding is not None:
            y = check(y, self.classes)
            shares = y if y.is_floating_point() else one_hot(y, self.classes, self.embedding.weight)
            parts.append(pixel_norm(self.embedding(shares)))
        w = torch.cat(parts, 1)
        for layer in self.layers:
            w = F.leaky_relu(layer(w), 0.2)
        return w


class StyleMapping(nn.Module):
    """From z (n, latent) and y to one style for each layer of a synthesis network, (n, layers, style).

    In training mode every call moves `average`, the mean style, by 1 - `decay`. `truncation` below 1 pulls styles
    towards it, in the first `cutoff` layers or in all: less variety, more typical images.
    """

    average: Tensor

    def __init__(self, trunk: Mapping, style: int, layers: int, decay: float = 0.995):
        super().__init__()
        self.trunk, self.layers, self.decay = trunk, layers, decay
        self.register_buffer("average", torch.zeros(style))

    def forward(self, z: Tensor, y: Tensor | None = None, truncation: float = 1.0, cutoff: int | None = None) -> Tensor:
        w = self.trunk(z, y)
        if self.training:
            with torch.no_grad():
                self.average.lerp_(w.mean(0).to(self.average.dtype), 1 - self.decay)
        ws = w[:, None].expand(-1, self.layers, -1)
        if truncation == 1:
            return ws
        near = torch.lerp(self.average.to(w.dtype), w, truncation)[:, None].expand(-1, self.layers, -1)
        return near if cutoff is None else torch.cat([near[:, :cutoff], ws[:, cutoff:]], 1)
