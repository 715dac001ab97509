"""A player at work: its parameters, its optimiser and its averaged copy."""

from __future__ import annotations

import torch
from torch import Tensor

from .game import Player
from .optim import Averaged


class Learner:
    """Created once per player by the engine, while `requires_grad` still says what may ever be learned."""

    def __init__(self, player: Player):
        self.player = player
        self.parameters = [p for p in player.parameters() if p.requires_grad]
        if not self.parameters:
            raise ValueError("a player has nothing to learn: all its parameters are frozen, or it has none")
        self.optimizer = player.optim.build(self.parameters)
        self.average = Averaged(player.modules, player.average) if player.average else None

    @property
    def grads(self) -> list[Tensor | None]:
        return [p.grad for p in self.parameters]

    @grads.setter
    def grads(self, grads: list[Tensor | None]) -> None:
        for parameter, grad in zip(self.parameters, grads, strict=True):
            parameter.grad = grad

    def forget(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)

    def restart(self) -> None:
        """Let the optimiser forget its moments."""
        self.optimizer.state.clear()

    def learnable(self, now: bool) -> None:
        for parameter in self.parameters:
            parameter.requires_grad_(now)

    def pace(self, images: int, total: int) -> None:
        """Set the learning rate that the schedule asks for after `images` of `total` real images."""
        rate = self.player.optim.rate(images, total)
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def size(self) -> Tensor:
        """The norm of all gradients together; 0 without any."""
        grads = [grad for grad in self.grads if grad is not None]
        return torch.nn.utils.get_total_norm(grads) if grads else self.parameters[0].new_zeros(())

    def clip(self, size: Tensor) -> None:
        """Clip the gradients, whose total norm is `size`, as the settings say."""
        optim, grads = self.player.optim, [grad for grad in self.grads if grad is not None]
        if optim.clip_norm and grads:
            torch._foreach_mul_(grads, (optim.clip_norm / (size + 1e-6)).clamp(max=1.0))
        if optim.clip_value:
            torch.nn.utils.clip_grad_value_(self.parameters, optim.clip_value)

    def follow(self, batch: int, images: int) -> None:
        if self.average:
            self.average.update(self.player.modules, batch, images)
