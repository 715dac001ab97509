"""Norms of translation networks by name, and batch norm as those networks are used."""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

Norm = Literal["batch", "current", "instance", "none"]
"""current: batch norm that looks at the batch at hand when translating, too (Isola et al. 2017)."""


class CurrentBatchNorm2d(nn.BatchNorm2d):
    """Batch norm that never uses its running statistics; on a single image it is instance norm.

    The running statistics are kept all the same, so weights fit plain batch norm.
    """

    def forward(self, input: Tensor) -> Tensor:
        if self.training:
            return super().forward(input)
        return F.batch_norm(input, None, None, self.weight, self.bias, training=True, eps=self.eps)


def instance_norm(x: Tensor, scale: Tensor | None = None, shift: Tensor | None = None, eps: float = 1e-5) -> Tensor:
    """Maps (n, c, h, w), each with mean 0 and deviation 1, then scaled and shifted by (c,) each.

    Of a single image it is batch norm. torch's own instance norm has wrong gradients there (seen in 2.14) where what
    comes back is laid out channels last; this one also spares single images a change of layout.
    """
    if len(x) == 1:
        return F.batch_norm(x, None, None, scale, shift, training=True, eps=eps)
    return F.instance_norm(x, weight=scale, bias=shift, eps=eps)


class InstanceNorm2d(nn.InstanceNorm2d):
    """Instance norm that can be trusted with single images, too."""

    def forward(self, input: Tensor) -> Tensor:
        return instance_norm(input, self.weight, self.bias, self.eps)


def norm_of(kind: Norm, channels: int) -> nn.Module:
    """A norm for maps (n, channels, h, w); instance norm has neither scale nor shift."""
    match kind:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "current":
            return CurrentBatchNorm2d(channels)
        case "instance":
            return InstanceNorm2d(channels)
        case _:
            return nn.Identity()


def needs_bias(kind: Norm) -> bool:
    """Whether convolutions of a network with this norm have biases: batch norm's shift makes them useless."""
    return kind in ("instance", "none")
