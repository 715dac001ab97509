"""How weights start. Each function changes a module in place and returns it."""

from __future__ import annotations

import math
from typing import TypeVar

from torch import nn

M = TypeVar("M", bound=nn.Module)

WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.InstanceNorm2d)


def normal_(module: M, std: float = 0.02) -> M:
    """Weights from N(0, std), scales of norms from N(1, std), biases 0 (Radford et al. 2016)."""
    for part in module.modules():
        if isinstance(part, (*WEIGHTED, nn.Embedding)):
            nn.init.normal_(part.weight, 0.0, std)
        elif isinstance(part, NORMS) and part.affine:
            nn.init.normal_(part.weight, 1.0, std)
        zero_bias_(part)
    return module


def xavier_(module: M, gain: float = 1.0) -> M:
    """Weights from Glorot's uniform distribution with this gain, biases 0; norms keep what they have."""
    for part in module.modules():
        if isinstance(part, (*WEIGHTED, nn.Embedding)):
            nn.init.xavier_uniform_(part.weight, gain)
            zero_bias_(part)
    return module


def xavier_normal_(module: M, gain: float = 1.0) -> M:
    """Weights from Glorot's normal distribution with this gain, biases 0; norms keep what they have."""
    for part in module.modules():
        if isinstance(part, WEIGHTED):
            nn.init.xavier_normal_(part.weight, gain)
            zero_bias_(part)
    return module


def orthogonal_(module: M, gain: float = 1.0) -> M:
    """Weights with orthonormal rows, or columns where there are more rows, times this gain (Saxe et al. 2014)."""
    for part in module.modules():
        if isinstance(part, (*WEIGHTED, nn.Embedding)):
            nn.init.orthogonal_(part.weight, gain)
            zero_bias_(part)
    return module


def zero_bias_(module: nn.Module) -> None:
    bias = getattr(module, "bias", None)
    if bias is not None:
        nn.init.zeros_(bias)


RESIDUAL_GAIN = math.sqrt(2)
"""Of the 3x3 convolutions inside residual blocks, whose inputs went through a ReLU (Miyato et al. 2018)."""
