"""Layer-instance normalisation: a learned mixture of both, map by map (Kim et al. 2020)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

EPSILON = 1e-5


class LayerInstanceNorm(nn.Module):
    """`x` (n, channels, h, w) normalised map by map, and all maps together, mixed by a share rho per channel.

    rho is the share of instance norm, in [0, 1]: `clamp_shares_` keeps it there. Variances are unbiased, as in the
    authors' PyTorch code. With `scaled`, scale and shift are learned; else they are given, `gamma` and `beta` (n,
    channels), and it is AdaLIN.
    """

    def __init__(self, channels: int, share: float, scaled: bool):
        super().__init__()
        self.rho = nn.Parameter(torch.full((1, channels, 1, 1), share))
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1)) if scaled else None
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1)) if scaled else None

    def forward(self, x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None) -> Tensor:
        by_map, by_sample = normalised(x, (2, 3)), normalised(x, (1, 2, 3))
        mixed = torch.lerp(by_sample, by_map, self.rho.to(x))
        scale = self.gamma if gamma is None else gamma[:, :, None, None]
        shift = self.beta if beta is None else beta[:, :, None, None]
        assert scale is not None
        assert shift is not None
        return torch.addcmul(shift, mixed, scale)


def normalised(x: Tensor, dimensions: tuple[int, ...]) -> Tensor:
    """Mean 0 and deviation 1 over these dimensions."""
    variance, mean = torch.var_mean(x, dimensions, keepdim=True)
    return (x - mean) * (variance + EPSILON).rsqrt()


@torch.no_grad()
def clamp_shares_(module: nn.Module) -> None:
    """Bring every share of instance norm inside back to [0, 1], as must be done after each update."""
    for part in module.modules():
        if isinstance(part, LayerInstanceNorm):
            part.rho.clamp_(0, 1)
