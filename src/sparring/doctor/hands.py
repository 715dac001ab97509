"""What a player's optimiser tells of it: gradients, rates and updates, read just before it takes a step."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .measures import movement
from .meter import Meter, moment


class Hand:
    """Looks over an optimiser's shoulder. Loops clear gradients when they like, so they are read in the step itself."""

    def __init__(self, optimiser: Optimizer, meter: Meter):
        self.optimiser, self.meter = optimiser, meter
        self.updates = 0
        """Since somebody last set it to 0."""
        self.measures = True
        """Whether norms of gradients are wanted."""
        self.seconds = 0.0
        """Spent on that."""
        self.asked = False
        """Whether the next step shall say which weights it will not move."""
        self.still: float | None = None
        self.norms: list[Tensor] = []
        """Of the gradients since somebody last took them."""
        optimiser.register_step_pre_hook(self.before_step)

    def before_step(self, optimiser: Optimizer, arguments: object, options: object) -> None:
        """Read the gradients."""
        start = moment()
        gradients = [weight.grad for weight in self.weights if weight.grad is not None] if self.measures else []
        if gradients:
            self.norms.append(torch.nn.utils.get_total_norm(gradients))
        if self.asked:
            self.asked, self.still = False, movement.still(self.weights)
        self.updates += 1
        self.seconds += self.meter.pay(start)

    @property
    def weights(self) -> list[nn.Parameter]:
        return [weight for group in self.optimiser.param_groups for weight in group["params"]]

    @property
    def rate(self) -> float:
        return float(self.optimiser.param_groups[0]["lr"])

    @property
    def momentum(self) -> float:
        """Beta1 of Adam, the momentum of others."""
        group = self.optimiser.param_groups[0]
        return float(group["betas"][0] if "betas" in group else group.get("momentum", 0.0))

    def gradient(self) -> Tensor | None:
        """Mean norm of the gradients since the last call."""
        found = torch.stack(self.norms).mean() if self.norms else None
        self.norms = []
        return found


def hands_of(optimisers: Mapping[str, Optimizer], meter: Meter) -> dict[str, Hand]:
    return {name: Hand(one, meter) for name, one in optimisers.items()}
