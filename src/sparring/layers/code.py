"""What an encoder says of a sample: a distribution over latent vectors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..play import chance


@dataclass(frozen=True)
class Code:
    """A Gaussian per sample with independent parts, or a point where it has no variance."""

    mean: Tensor  # (n, latent)
    log_variance: Tensor | None = None  # (n, latent); None = a point

    def sample(self) -> Tensor:
        """One draw per sample, (n, latent), through which gradients reach both moments (Kingma and Welling 2014)."""
        if self.log_variance is None:
            return self.mean
        noise = chance.normal(tuple(self.mean.shape), self.mean.device).to(self.mean.dtype)
        return self.mean + (self.log_variance / 2).exp() * noise

    def divergence(self) -> Tensor:
        """Kullback-Leibler divergence from N(0, 1) in nats, mean over samples (0-d). ValueError for points."""
        if self.log_variance is None:
            raise ValueError("a point has no finite divergence: build the encoder with stochastic=true")
        parts = self.mean.square() + self.log_variance.exp() - 1 - self.log_variance
        return parts.sum(1).mean() / 2


def moments(h: Tensor, stochastic: bool) -> Code:
    """From an encoder's output, (n, 2 latent) where it is stochastic and (n, latent) elsewhere."""
    if not stochastic:
        return Code(h)
    mean, log_variance = torch.chunk(h, 2, 1)
    return Code(mean, log_variance)
