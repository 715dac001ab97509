"""An Inception with random weights, by the names that the published ones have: the same in every library."""

from __future__ import annotations

import torch
from torch import Tensor

from sparring.metrics.features.inception import FoldedConvolution, Inception


def random_state(seed: int = 0) -> dict[str, Tensor]:
    """Of a size that keeps activations alive through all layers."""
    dice = torch.Generator().manual_seed(seed)
    state = dict[str, Tensor]()
    for part in Inception().modules():
        if not isinstance(part, FoldedConvolution):
            continue
        for name, outputs in zip(part.names, part.outputs, strict=True):
            shape = (outputs, *part.conv.weight.shape[1:])
            spread = (2 / part.conv.weight[0].numel()) ** 0.5
            state[f"{name}.conv.weight"] = torch.randn(shape, generator=dice) * spread
            for key in ("weight", "running_var"):
                state[f"{name}.bn.{key}"] = torch.rand(outputs, generator=dice) * 0.4 + 0.8
            for key in ("bias", "running_mean"):
                state[f"{name}.bn.{key}"] = torch.randn(outputs, generator=dice) * 0.1
            state[f"{name}.bn.num_batches_tracked"] = torch.tensor(0)
    state["fc.weight"] = torch.randn(1008, 2048, generator=dice) * 0.02
    state["fc.bias"] = torch.randn(1008, generator=dice) * 0.02
    return state
