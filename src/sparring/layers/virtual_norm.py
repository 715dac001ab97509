"""Virtual batch norm: statistics of one reference batch instead of whatever batch is at hand."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class VirtualBatchNorm(nn.Module):
    """Batch norm against a fixed reference batch (Salimans et al. 2016).

    The first `references` samples of every call are the reference batch, and are normalised with its own
    statistics. Every other sample is normalised with those mixed with its own, at weights n/(n+1) and 1/(n+1), so
    what becomes of it does not depend on its batch mates. (references + n, channels, ...) -> the same shape.
    `scale` and `shift` are (channels,), or None where something else scales afterwards.
    """

    def __init__(self, channels: int, references: int, affine: bool = True, epsilon: float = 1e-5):
        super().__init__()
        self.references, self.epsilon = references, epsilon
        self.scale = nn.Parameter(torch.ones(channels)) if affine else None
        self.shift = nn.Parameter(torch.zeros(channels)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(2) if x.dim() > 2 else x[:, :, None]
        own = torch.stack([flat.mean(2), flat.square().mean(2)])  # (2, n, channels): means and mean squares
        reference = own[:, : self.references].mean(1, keepdim=True)
        share = 1 / (self.references + 1)
        mixed = torch.lerp(reference, own[:, self.references :], share)
        mean, square = torch.cat([reference.expand(-1, self.references, -1), mixed], 1)
        scale = (square - mean.square()).clamp(min=0).add(self.epsilon).rsqrt()
        scale = scale if self.scale is None else scale * self.scale
        shift = -mean * scale if self.shift is None else self.shift - mean * scale
        return torch.addcmul(shift[:, :, None], flat, scale[:, :, None]).view_as(x)
