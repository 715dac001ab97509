"""Non-finite numbers: noticed before they are kept, and named by where they began."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from .game import Losses

Policy = Literal["stop", "skip"]


class NonFiniteError(ArithmeticError):
    """Training produced an infinite or undefined number; the message names where and in which turn."""


class Guard:
    """Looks at one number per turn. On devices that run ahead it looks only now and then, unless it must skip."""

    EVERY = 16  # turns between looks on an asynchronous device

    def __init__(self, policy: Policy, asynchronous: bool):
        self.policy, self.lag = policy, asynchronous and policy == "stop"
        self.bad: Tensor | None = None
        self.turns = self.skipped = 0

    def finite(self, number: Tensor) -> bool:
        """False if the turn at hand (or, on lagging devices, a recent one) went non-finite."""
        wrong = ~torch.isfinite(number)
        if not self.lag:
            return not bool(wrong)
        self.bad = wrong if self.bad is None else self.bad | wrong
        self.turns += 1
        return self.turns % self.EVERY != 0 or self.settled()

    def settled(self) -> bool:
        """Ask the device now; called before anything is saved."""
        return self.bad is None or not bool(self.bad)


def culprit(game: nn.Module, loss: Callable[[], Losses], gradients: Mapping[str, Tensor | None]) -> str:
    """Where the first non-finite number arises: a module's output, a term of the loss, or a gradient."""
    for name, parameter in game.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            return f"the weight {name!r} was already non-finite"
    found: list[str] = []
    hooks = [module.register_forward_hook(watcher(name, found)) for name, module in game.named_modules() if name]
    try:
        terms = loss()
    finally:
        for hook in hooks:
            hook.remove()
    if found:
        return f"the output of {found[0]!r} is the first that is not finite"
    for name, term in terms.items():
        if not bool(torch.isfinite(term)):
            return f"the loss term {name!r} is not finite although every module's output is"
    for name, grad in gradients.items():
        if grad is not None and not bool(torch.isfinite(grad).all()):
            return f"the loss is finite, but the gradient of {name!r} is not"
    return "the same batch computed again is finite, so the fault is random or the machine's"


def watcher(name: str, found: list[str]) -> Callable[[nn.Module, object, object], None]:
    """A forward hook that notes the name once the module's output is not finite."""

    def look(module: nn.Module, inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.is_floating_point() and not bool(torch.isfinite(output).all()):
            found.append(name)

    return look
