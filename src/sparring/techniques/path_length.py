"""Path length regularisation (Karras et al. 2020): steps of one length in style change the image equally much."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

DECAY = 0.99


def path_lengths(images: Tensor, styles: Tensor, noise: Tensor) -> Tensor:
    """How far random directions of the image lie apart in style: (n,), differentiable once more.

    `images` (n, channels, h, w) were made from `styles` (n, layers, style), which require gradients. `noise` is N(0, 1)
    in the shape of the images. The length is the root mean square, over layers, of the gradient of <images, noise> /
    sqrt(h * w).
    """
    directed = (images * noise).sum() / math.sqrt(images.shape[2] * images.shape[3])
    (slopes,) = torch.autograd.grad(directed, styles, create_graph=True)
    return slopes.square().sum(2).mean(1).sqrt()


def path_penalty(lengths: Tensor, mean: Tensor) -> Tensor:
    """Squared distance of each length to the running mean, (n,). Published weight: 2, every 4th step."""
    return (lengths - mean).square()


class PathLength(nn.Module):
    """The regulariser with its running mean, which starts at 0 and takes new lengths in before it is compared with.

    The gradient through that update is kept, as in the official code; it is a hundredth of the whole. Call it for the
    penalties, and `follow` once after the update, so that a mean over all micro-batches and processes is remembered.
    """

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, lengths: Tensor) -> Tensor:
        """Penalties (n,) of `lengths` (n,)."""
        return path_penalty(lengths, torch.lerp(lengths.mean(), self.mean.to(lengths.dtype), DECAY))

    @torch.no_grad()
    def follow(self, length: Tensor) -> None:
        """Take the mean length (0-d) of an update into the running mean."""
        self.mean.lerp_(length.to(self.mean), 1 - DECAY)
