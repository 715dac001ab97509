"""Non-finite numbers: noticed before they are kept, and named by where they began."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from .game import Batch, Losses

Policy = Literal["stop", "skip"]


class NonFiniteError(ArithmeticError):
    """Training produced an infinite or undefined number; the message names where and in which turn."""


class Guard:
    """Looks at one number per turn. On devices that run ahead it looks only now and then, unless it must skip."""

    EVERY = 16  # turns between looks on an asynchronous device
    PATIENCE = 100  # skipped updates of one turn in a row; then skipping is not training any more

    def __init__(self, policy: Policy, asynchronous: bool):
        self.policy, self.lag = policy, asynchronous and policy == "stop"
        self.bad: Tensor | None = None
        self.turns = self.skipped = 0
        self.in_a_row: Counter[str] = Counter()
        self.buffers: list[tuple[Tensor, Tensor]] = []

    def finite(self, number: Tensor) -> bool:
        """False if the turn at hand (or, on lagging devices, a recent one) went non-finite."""
        if not self.lag:
            return math.isfinite(number.item())
        trace = number * 0  # 0, or undefined for ever after
        self.bad = trace if self.bad is None else self.bad + trace
        self.turns += 1
        return self.turns % self.EVERY != 0 or self.settled()

    def settled(self) -> bool:
        """Ask the device now; called before anything is saved."""
        return self.bad is None or self.bad.item() == 0

    def remember(self, game: nn.Module) -> None:
        """Keep the buffers: a batch norm that saw one undefined number has undefined statistics ever after."""
        if self.policy == "skip":
            self.buffers = [(buffer, buffer.clone()) for buffer in game.buffers()]

    def refuse(self, title: str, where: str) -> str:
        """Drop what the turn left in buffers, and say so. NonFiniteError where the run cannot go on."""
        if self.policy == "stop":
            raise NonFiniteError(f"non-finite numbers in the turn of {title}: {where}")
        for buffer, old in self.buffers:
            if broken(buffer):
                buffer.data.copy_(old)  # not as a change that graphs kept for later turns would notice
        self.skipped += 1
        self.in_a_row[title] += 1
        if self.in_a_row[title] == self.PATIENCE:
            raise NonFiniteError(f"{self.PATIENCE} updates of {title} in a row were non-finite: {where}")
        return f"skipped an update of {title}: {where}"


def culprit(
    game: nn.Module,
    chunks: Sequence[Batch],
    replay: Iterable[Losses],
    gradients: Mapping[str, Tensor | None],
) -> str:
    """Where the first non-finite number arises: the data, a module's output, a term of the loss, or a gradient.

    `replay` computes the losses of all micro-batches again, one by one; every process must go through all of its own.
    """
    found: list[str] = []
    hooks = [module.register_forward_hook(watcher(name, found)) for name, module in game.named_modules() if name]
    try:
        with torch.compiler.set_stance("force_eager"):
            terms = [(name, term.detach()) for losses in replay for name, term in losses.items()]
    finally:
        for hook in hooks:
            hook.remove()
    weights = [name for name, parameter in game.named_parameters() if broken(parameter)]
    roles = [role for chunk in chunks for role, tensor in chunk.tensors.items() if broken(tensor)]
    terms_lost = [name for name, term in terms if broken(term)]
    grads = [name for name, grad in gradients.items() if grad is not None and broken(grad)]
    if weights:
        return f"the weight {weights[0]!r} was already non-finite"
    if roles:
        return f"the data's {roles[0]!r} is not finite"
    if found:
        return f"the output of {found[0]!r} is the first that is not finite"
    if terms_lost:
        return f"the loss term {terms_lost[0]!r} is not finite although every module's output is"
    if grads:
        return f"the loss is finite, but the gradient of {grads[0]!r} is not"
    return "the same batch computed again is finite, so the fault is random, or another process's or the machine's"


def broken(tensor: Tensor) -> bool:
    """Whether any number in it is infinite or undefined."""
    return not bool(torch.isfinite(tensor.detach()).all())


def watcher(name: str, found: list[str]) -> Callable[[nn.Module, object, object], None]:
    """A forward hook that notes `name` when the output has a non-finite number."""

    def look(module: nn.Module, inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.is_floating_point() and broken(output):
            found.append(name)

    return look
