"""Historical averaging: weights are pulled to the mean of all their past values."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class HistoricalAverage(nn.Module):
    """The running mean of a module's parameters, and how far they are from it (Salimans et al. 2016).

    The means are buffers, so they are saved and restored with whatever holds this. Call it for the penalty, and
    `follow` once after each of the player's updates.
    """

    updates: Tensor

    def __init__(self, module: nn.Module):
        super().__init__()
        self.names = [name for name, parameter in module.named_parameters() if parameter.requires_grad]
        for number, name in enumerate(self.names):
            self.register_buffer(f"mean{number}", torch.zeros_like(module.get_parameter(name)))
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def means(self) -> list[Tensor]:
        return [self.get_buffer(f"mean{number}") for number in range(len(self.names))]

    def forward(self, module: nn.Module) -> Tensor:
        """The squared distance of all parameters from their means (0-d); 0 before the first update."""
        pairs = zip(self.names, self.means(), strict=True)
        apart = torch.stack([(module.get_parameter(name) - mean).square().sum() for name, mean in pairs]).sum()
        return apart * (self.updates > 0)

    @torch.no_grad()
    def follow(self, module: nn.Module) -> None:
        """Take the present parameters into the mean."""
        self.updates.add_(1)
        share = 1 / self.updates
        for name, mean in zip(self.names, self.means(), strict=True):
            mean.add_((module.get_parameter(name) - mean) * share)
