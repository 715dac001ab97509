"""Spectral normalisation: every weight of a critic divided by its largest singular value."""

from __future__ import annotations

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

M = TypeVar("M", bound=nn.Module)

TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
WEIGHTED = (nn.Linear, nn.Embedding, nn.Conv1d, nn.Conv2d, nn.Conv3d, *TRANSPOSED)
EPSILON = 1e-12
WARM_UP = 15


class SpectralNorm(nn.Module):
    """The parametrisation W -> W / sigma(W), with W as a matrix (outputs, everything else).

    Every use of the weight in training mode makes one step of power iteration, v = W'u/|W'u| then u = Wv/|Wv|,
    and sigma = |Wv|, through which the gradient flows with u and v held fixed. In evaluation mode `u` and `v` rest.
    A critic that sees real and fake images in two calls thus iterates twice. Source: Miyato et al. 2018,
    algorithm 1; torch's own parametrisation makes the two half-steps in the other order and ends at the same sigma.
    """

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor, output_dimension: int = 0):
        super().__init__()
        self.output_dimension = output_dimension
        matrix = self.matrix(weight.detach())
        u = F.normalize(torch.randn(len(matrix), dtype=weight.dtype, device=weight.device), dim=0, eps=EPSILON)
        v = u.new_zeros(matrix.shape[1])
        for _ in range(WARM_UP):  # the first sigma of a random u would be far too small
            u, v = iterate(matrix, u)
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    def matrix(self, weight: Tensor) -> Tensor:
        return weight.movedim(self.output_dimension, 0).flatten(1)

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast("cpu" if weight.is_meta else weight.device.type, enabled=False):  # meta knows none
            matrix, v = self.matrix(weight), self.v
            if self.training:
                # The graph keeps these fresh tensors, so a second forward before the backward changes nothing.
                u, v = iterate(matrix.detach(), self.u)
                self.u.copy_(u)
                self.v.copy_(v)
            else:
                u, v = F.normalize(torch.mv(matrix.detach(), v), dim=0, eps=EPSILON), v.clone()
            return weight / torch.dot(u, torch.mv(matrix, v))

    def right_inverse(self, weight: Tensor) -> Tensor:
        return weight


@torch.no_grad()
def iterate(matrix: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    v = F.normalize(torch.mv(matrix.mT, u), dim=0, eps=EPSILON)
    return F.normalize(torch.mv(matrix, v), dim=0, eps=EPSILON), v


def spectral_norm_(module: M) -> M:
    """Normalise the weight of every linear, convolutional and embedding layer inside; returns the module.

    Layers that have it already and frozen weights are left alone. Biases and norms are never touched, and neither
    are a generator's class embeddings (`ClassEmbedding`), which it would cripple (Brock et al. 2019). ValueError for
    networks with weights that start at 0, such as R3GAN's.
    """
    for part in list(module.modules()):
        if isinstance(part, WEIGHTED) and not spectral_norm_of(part) and part.weight.requires_grad:
            if not part.weight.is_meta and not part.weight.any():
                raise ValueError(
                    "spectral normalisation divides by the size of the weights, and a layer starts at 0 here"
                )
            output_dimension = 1 if isinstance(part, TRANSPOSED) else 0
            parametrize.register_parametrization(part, "weight", SpectralNorm(part.weight, output_dimension))
    return module


def spectral_norm_of(layer: nn.Module) -> SpectralNorm | None:
    """The spectral norm on this layer's weight, or None."""
    if not parametrize.is_parametrized(layer, "weight"):
        return None
    chain = layer.get_submodule("parametrizations.weight")
    return next((one for one in chain.children() if isinstance(one, SpectralNorm)), None)
