"""Noise for every layer of a generator: what is left to chance in hair, pores and leaves (Karras et al. 2019)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

Noise = Literal["random", "const", "none"]
"""Fresh noise in each call (from torch's own generator), the network's own fixed noise, or none."""


class Noises(nn.Module):
    """One map of N(0, 1) per sample, the same for all channels, times a learned strength that starts at 0.

    `channels` None learns one strength for all channels (StyleGAN2), otherwise one for each (StyleGAN).
    """

    constant: Tensor

    def __init__(self, size: int, channels: int | None = None):
        super().__init__()
        self.register_buffer("constant", torch.randn(size, size))
        self.strength = nn.Parameter(torch.zeros(()) if channels is None else torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor, mode: Noise) -> Tensor | None:
        """What is to be added to `x`, broadcastable to it; None where there is none."""
        match mode:
            case "none":
                return None
            case "const":
                return self.constant * self.strength
            case "random":
                shape = (x.shape[0], 1, x.shape[2], x.shape[3])
                return torch.randn(shape, dtype=x.dtype, device=x.device) * self.strength
        raise ValueError(f"noise is random, const or none, not {mode!r}")
