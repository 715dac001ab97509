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


def norm_of(kind: Norm, channels: int) -> nn.Module:
    """A norm for maps (n, channels, h, w); instance norm has neither scale nor shift."""
    match kind:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "current":
            return CurrentBatchNorm2d(channels)
        case "instance":
            return nn.InstanceNorm2d(channels)
        case _:
            return nn.Identity()


def needs_bias(kind: Norm) -> bool:
    """Whether convolutions of a network with this norm have biases: batch norm's shift makes them useless."""
    return kind in ("instance", "none")
