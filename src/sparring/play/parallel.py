"""One global batch over several processes: gradients, statistics and weights stay equal everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn

from .game import Readings


@torch.no_grad()
def average(parameters: Iterable[nn.Parameter], readings: Readings, world: int) -> None:
    """Replace gradients and readings by their means over all processes, in one message.

    Every process has the same graph, so the same parameters have no gradient on all of them.
    """
    if world == 1:
        return
    grads = [p.grad for p in parameters if p.grad is not None]
    names = sorted(readings)
    kind = grads[0] if grads else torch.zeros(())
    numbers = [readings[name].to(kind).reshape(1) for name in names]
    flat = torch.cat([g.reshape(-1) for g in grads] + numbers)
    distributed.all_reduce(flat)
    parts = flat.div_(world).split([g.numel() for g in grads] + [1] * len(numbers))
    for grad, part in zip(grads, parts, strict=False):
        grad.copy_(part.view_as(grad))
    for name, part in zip(names, parts[len(grads) :], strict=True):
        readings[name] = part[0]


@torch.no_grad()
def broadcast(module: nn.Module, world: int) -> None:
    """Give every process the weights and buffers of the first."""
    if world > 1:
        for tensor in [*module.parameters(), *module.buffers()]:
            distributed.broadcast(tensor.data, 0)


@torch.no_grad()
def average_statistics(module: nn.Module, world: int) -> None:
    """Replace batch-norm running statistics by their means over all processes."""
    if world == 1:
        return
    for name, buffer in module.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            distributed.all_reduce(buffer)
            buffer.div_(world)


def gather_bytes(state: Tensor, world: int) -> list[Tensor]:
    """One equally long uint8 CPU tensor of each process, in order."""
    if world == 1:
        return [state]
    device = "cuda" if distributed.get_backend() == "nccl" else "cpu"
    parts = [torch.empty_like(state, device=device) for _ in range(world)]
    distributed.all_gather(parts, state.to(device))
    return [part.cpu() for part in parts]


class _Sum(torch.autograd.Function):
    """All-reduce whose gradient is again an all-reduce, and so on: gradient penalties differentiate twice."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:  # pyrefly: ignore[bad-override]
        total = value.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:  # pyrefly: ignore[bad-override]
        return _Sum.apply(grad.contiguous())


class SynchronisedBatchNorm(nn.Module):
    """Batch norm with the statistics of the whole global batch, on any device.

    Takes over the weights and statistics of the layer it replaces, under the same names.
    """

    running_mean: Tensor | None  # None = keeps no statistics
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(self, plain: nn.modules.batchnorm._BatchNorm, world: int):
        super().__init__()
        self.world, self.eps, self.momentum, self.training = world, plain.eps, plain.momentum, plain.training
        self.weight, self.bias = plain.weight, plain.bias
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            self.register_buffer(name, getattr(plain, name))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training and self.running_mean is not None:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps)
        over = [0, *range(2, x.dim())]
        count = x.numel() // x.shape[1] * self.world
        wide = x if x.dtype.itemsize >= 4 else x.float()
        shape = (1, -1, *[1] * (x.dim() - 2))
        mean = _Sum.apply(wide.sum(over)) / count
        variance = _Sum.apply((wide - mean.view(shape)).square().sum(over)) / count
        if self.training:
            self.follow(mean.detach(), variance.detach() * count / max(count - 1, 1))
        scale = (variance + self.eps).rsqrt()
        if self.weight is not None:
            scale = scale * self.weight
        shift = -mean * scale
        if self.bias is not None:
            shift = shift + self.bias
        return (wide * scale.view(shape) + shift.view(shape)).to(x.dtype)

    @torch.no_grad()
    def follow(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics towards those of this batch; the variance is the unbiased one."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        share = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean.to(self.running_mean), share)
        self.running_var.lerp_(variance.to(self.running_var), share)


def synchronise_batch_norm_(module: nn.Module, world: int) -> nn.Module:
    """Put synchronised layers in the place of all batch norms inside."""
    for name, child in module._modules.items():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            setattr(module, name, SynchronisedBatchNorm(child, world))
        elif child is not None:
            synchronise_batch_norm_(child, world)
    return module
