"""A generator and a critic, and ways to try them out that leave no trace."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ....play.scene import Verdict
from ....run.handles import undisturbed
from ....techniques.packing import joined
from ...case import Setup

Weights = Mapping[str, Tensor]
LARGE = 30.0
"""Times the weights, so that what ends in a squashing function is seen to be squashed."""
SHAKES, REDRAWS = 6, 16
"""Draws of other weights. A free logit has one sign in all of the latter once in 65,000 times."""
SHAKEN, FROM_ZERO = 0.5, 0.1
"""Noise on weights, as a share of their root mean square; and on those that are all 0."""


@dataclass(frozen=True)
class Pair:
    """Networks in training mode, and a few samples of what they will be shown, all on one device."""

    generator: nn.Module
    critic: nn.Module | None
    """None where it judges something else than samples."""
    real: Tensor
    """(n, *shape)."""
    z: Tensor
    """(n, ...) noise."""
    labels: Tensor | None = None
    """(n,) in range; None for networks that are told none."""
    setup: Setup = Setup()  # noqa: RUF009 - frozen
    probabilities: bool = False
    """Whether the critic is meant to end in a sigmoid, as for torch's BCELoss."""
    pack: int = 1
    """Samples that the critic judges at once."""
    loss: Callable[[], Tensor] | None = None
    """The generator's, as the training makes it; None = the critic's mean answer to fakes."""
    mixed: bool = False
    """Whether the critic is shown real samples and fakes in one batch."""
    growing: bool = False
    """Whether parts of the networks rest at first."""

    @property
    def images(self) -> bool:
        return self.real.dim() == 4

    def fakes(self, z: Tensor | None = None, y: Tensor | None = None, weights: Weights | None = None) -> Tensor:
        """Samples (n, ...), with the same noise inside the network at each call."""
        z = self.z if z is None else z
        return tensor_of(call(self.generator, z, self.labels if y is None else y, weights))

    def answers(self, x: Tensor, y: Tensor | None = None, weights: Weights | None = None) -> Tensor:
        """The critic's numbers (n, k) for samples."""
        return logits_of(self.says(x, y, weights))

    def says(self, x: Tensor, y: Tensor | None = None, weights: Weights | None = None) -> object:
        """All that the critic says of samples."""
        assert self.critic is not None
        packed = joined(x, self.pack) if self.pack > 1 else x
        return call(self.critic, packed, self.labels if y is None else y, weights)

    def everything(self, x: Tensor) -> Tensor:
        """A number (0-d) that depends on all of it."""
        said = self.says(x)
        total = logits_of(said).mean()
        if isinstance(said, Verdict) and said.classes is not None:
            total = total + said.classes.mean()
        if isinstance(said, Verdict) and said.rebuild is not None:
            total = total + said.rebuild()
        return total

    @cached_property
    def fake(self) -> Tensor:
        with torch.no_grad():
            return self.fakes()

    @cached_property
    def verdict(self) -> Tensor:
        """The critic's numbers for the real samples, (n, k)."""
        with torch.no_grad():
            return self.answers(self.real)

    @cached_property
    def gradients(self) -> dict[str, Tensor | None]:
        """That of the generator's loss for each of its parameters; None where there is none."""
        mine = learnable(self.generator)
        loss = self.loss() if self.loss else self.answers(self.fakes()).mean()
        if not mine or not loss.requires_grad:
            return dict.fromkeys(mine)
        return dict(zip(mine, torch.autograd.grad(loss, list(mine.values()), allow_unused=True), strict=True))

    @cached_property
    def lessons(self) -> tuple[dict[str, Tensor | None], Tensor]:
        """The gradient of all that the critic says of real samples and fakes, for each of its parameters (None where
        there is none), and at the real samples (n, *shape)."""
        assert self.critic is not None
        mine, x = learnable(self.critic), self.real.detach().clone().requires_grad_()
        total = self.everything(x) + self.everything(self.fake)
        if not total.requires_grad:
            return dict.fromkeys(mine), torch.zeros_like(x)
        *found, slope = torch.autograd.grad(total, [*mine.values(), x], allow_unused=True)
        return dict(zip(mine, found, strict=True)), torch.zeros_like(x) if slope is None else slope * len(x)

    @cached_property
    def reach(self) -> tuple[float, float] | None:
        """Lowest and highest value of anything the generator can draw; None where it has no bounds, or hides them."""
        with torch.no_grad():
            if self.fake.abs().max() > 1.001:
                return None
            drawn = self.fakes(weights=enlarged(self.generator))
        low, high = drawn.min().item(), drawn.max().item()
        if high > 1.001 or low < -1.001 or high < 0.95:
            return None
        return (0.0, 1.0) if low >= 0 else (-1.0, 1.0)


def learnable(network: nn.Module) -> dict[str, nn.Parameter]:
    """Parameters that may change, by name."""
    return {name: p for name, p in network.named_parameters() if p.requires_grad}


def call(network: nn.Module, x: Tensor, y: Tensor | None, weights: Weights | None = None) -> object:
    """What a network says, with these weights instead of its own where there are any."""
    told = (x, y) if y is not None and takes_labels(network) else (x,)
    with undisturbed(x.device):
        return network(*told) if weights is None else functional_call(network, dict(weights), told)


def takes_labels(network: nn.Module) -> bool:
    """Whether it can be called with something beside its input."""
    parameters = inspect.signature(network.forward).parameters.values()
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters) > 1


def tensor_of(said: object) -> Tensor:
    """The first tensor of an answer. TypeError where there is none."""
    while isinstance(said, (tuple, list)) and said:
        said = said[0]
    if not isinstance(said, Tensor):
        raise TypeError(f"a network answered with {type(said).__name__}, where a tensor was expected")
    return said


def logits_of(said: object) -> Tensor:
    """All numbers of an answer by sample, (n, k)."""
    heads = said.logits if isinstance(said, Verdict) else (tensor_of(said),)
    return torch.cat([head.flatten(1) if head.dim() > 1 else head.reshape(-1, 1) for head in heads], 1)


def enlarged(network: nn.Module) -> Weights:
    """Its weights, many times larger; biases and gains as they are."""
    return {name: p.detach() * (LARGE if p.dim() > 1 else 1) for name, p in network.named_parameters()}


def shaken(network: nn.Module) -> Iterator[Weights]:
    """Its weights with noise on them: what starts at 0 no longer hides what would come through later."""
    return drawn(network, SHAKES, keep=1.0, share=SHAKEN)


def redrawn(network: nn.Module) -> Iterator[Weights]:
    """Other weights of the same sizes, so that answers of one sign have the other sign in every second draw."""
    return drawn(network, REDRAWS, keep=0.0, share=1.0)


def drawn(network: nn.Module, draws: int, keep: float, share: float) -> Iterator[Weights]:
    """So many times, this part of the weights and noise of this share of their size."""
    dice = torch.Generator().manual_seed(0)
    for _ in range(draws):
        yield {
            name: keep * p.detach() + noise(p, dice) * (share * p.detach().square().mean().sqrt().item() or FROM_ZERO)
            for name, p in network.named_parameters()
        }


def noise(like: Tensor, dice: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=dice).to(like)


@contextmanager
def as_it_was(*networks: nn.Module) -> Iterator[None]:
    """Whatever is tried inside, in training mode: buffers, modes and random streams are as before when it is over."""
    kept = [(buffer, buffer.clone()) for network in networks for buffer in network.buffers()]
    modes = [(part, part.training) for network in networks for part in network.modules()]
    first = next((p for network in networks for p in network.parameters()), torch.zeros(()))
    try:
        with undisturbed(first.device), uncompiled():
            for network in networks:
                network.train()
            yield
    finally:
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
        for part, mode in modes:
            part.training = mode


def uncompiled() -> AbstractContextManager[object]:
    """Compiled networks run as they were written; the compiler, which takes seconds to load, is not loaded for that."""
    return torch.compiler.set_stance("force_eager") if "torch._dynamo" in sys.modules else nullcontext()
