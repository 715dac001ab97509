"""Adaptive instance normalisation: a style sets mean and deviation of every feature map (Huang and Belongie 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .equalised import EqualisedLinear

EPSILON = 1e-8


class AdaptiveInstanceNorm(nn.Module):
    """`x` (n, channels, h, w), normalised map by map, then scaled by 1 + a and shifted by b, both from `w` (n, style).

    a and b start as equalised random functions of the style with bias 0, as in StyleGAN (Karras et al. 2019).
    """

    def __init__(self, channels: int, style: int):
        super().__init__()
        self.affine = EqualisedLinear(style, 2 * channels)  # scales, then shifts

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        scale, shift = self.affine(w)[:, :, None, None].chunk(2, 1)
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
        scale = (1 + scale) * (variance + EPSILON).rsqrt()
        return torch.addcmul(shift - mean * scale, x, scale)
