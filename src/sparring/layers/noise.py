"""Noise inside networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .dropout import LastingDropout


class GaussianNoise(nn.Module):
    """Adds N(0, deviation) to whatever passes, in training only (feature noise, Salimans et al. 2016).

    Both networks' use of it makes the critic's task harder; with `always` it also acts in evaluation, for generators
    whose samples should vary beyond z.
    """

    def __init__(self, deviation: float, always: bool = False):
        super().__init__()
        self.deviation, self.always = deviation, always

    def forward(self, x: Tensor) -> Tensor:
        if not self.deviation or not (self.training or self.always):
            return x
        return x + self.deviation * torch.randn_like(x)

    def extra_repr(self) -> str:
        return f"{self.deviation}, always={self.always}"


class NoiseInjection(nn.Module):
    """Adds one N(0, 1) map per sample, the same for all channels, times a learned strength that starts at 0.

    x (n, channels, height, width) -> the same shape, in training and evaluation (Karras et al. 2019, with one
    strength for all channels as in FastGAN).
    """

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight * self.draw(x)

    @staticmethod
    def draw(x: Tensor) -> Tensor:
        return torch.randn(len(x), 1, *x.shape[2:], dtype=x.dtype, device=x.device)


def disturbances(noise: float, dropout: float, always: bool = False) -> list[nn.Module]:
    """What stands behind each activation of a network that is to be disturbed; nothing where both are 0.

    `noise` is the deviation of Gaussian noise, `dropout` the share of features dropped. With `always` both act in
    evaluation too.
    """
    found = list[nn.Module]()
    if noise:
        found.append(GaussianNoise(noise, always))
    if dropout:
        found.append(LastingDropout(dropout) if always else nn.Dropout(dropout))
    return found
