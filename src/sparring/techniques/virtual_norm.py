"""Virtual batch norm for any generator with batch norm."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..layers.virtual_norm import VirtualBatchNorm


class Referenced(nn.Module):
    """A generator whose batch norms look at a fixed reference batch instead of the batch at hand.

    The reference noise `z` (m, latent) and labels `y` (m,) or None are drawn once and saved with the weights; every
    call carries them along, so it costs m more samples (Salimans et al. 2016). Each sample is made by itself: its
    batch mates do not matter, in training and evaluation alike. Called like the generator it holds.
    """

    z: Tensor
    y: Tensor | None

    def __init__(self, generator: nn.Module, z: Tensor, y: Tensor | None = None):
        super().__init__()
        if len(z) < 2:
            raise ValueError(f"statistics need a reference batch of at least 2, not {len(z)}")
        self.generator = generator
        if not replace_norms_(generator, len(z)):
            raise ValueError(f"{type(generator).__name__} has no batch norm to replace")
        self.register_buffer("z", z.clone())
        self.register_buffer("y", None if y is None else y.clone())

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        labels = None if y is None or self.y is None else torch.cat([self.y, y])
        return self.generator(torch.cat([self.z.to(z), z]), labels)[len(self.z) :]


def replace_norms_(module: nn.Module, references: int) -> int:
    """Put virtual norms in the place of all batch norms, with their scales and shifts; returns how many."""
    count = 0
    for name, child in module.named_children():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            norm = VirtualBatchNorm(child.num_features, references, child.affine, child.eps)
            if norm.scale is not None and norm.shift is not None:
                norm.scale.data.copy_(child.weight.data)
                norm.shift.data.copy_(child.bias.data)
            setattr(module, name, norm)
            count += 1
        else:
            count += replace_norms_(child, references)
    return count
