"""How a player learns: its optimiser, its learning-rate schedule, and its averaged copy."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

OptimizerName = Literal["adam", "adamw", "rmsprop", "sgd"]
Schedule = Literal["constant", "linear", "cosine"]
OPTIMIZERS, SCHEDULES = get_args(OptimizerName), get_args(Schedule)


@dataclass(frozen=True)
class Optim:
    """One player's optimiser. Give two players different ones for TTUR or "Adam for G, SGD for D"."""

    name: OptimizerName = "adam"
    """Optimiser."""
    lr: float = 2e-4
    """Learning rate at its highest."""
    beta1: float = 0.5
    """Adam's first-moment decay; momentum for rmsprop and sgd is `momentum`."""
    beta2: float = 0.999
    """Adam's second-moment decay."""
    eps: float = 1e-8
    """Added to the denominator of Adam and RMSprop."""
    momentum: float = 0.0
    """Momentum of sgd and rmsprop."""
    weight_decay: float = 0.0
    """Decoupled for adamw, an L2 term for the others; only on weights of two or more dimensions."""
    schedule: Schedule = "constant"
    """How the learning rate falls after `hold` of the run."""
    hold: float = 0.0
    """Share of the run, 0..1, before a linear or cosine schedule starts to fall."""
    final: float = 0.0
    """Share of the learning rate, 0..1, that is left at the end of a linear or cosine schedule."""
    warmup_images: int = 0
    """Real images over which the learning rate rises linearly from 0."""
    clip_norm: float = 0.0
    """Largest total gradient norm of the player; 0 = do not clip."""
    clip_value: float = 0.0
    """Largest absolute gradient entry; 0 = do not clip."""

    def __post_init__(self) -> None:
        if self.name not in OPTIMIZERS:
            raise ValueError(f"there is no optimiser {self.name!r}; known: {', '.join(OPTIMIZERS)}")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"there is no schedule {self.schedule!r}; known: {', '.join(SCHEDULES)}")
        for field in ("lr", "eps", "momentum", "weight_decay", "warmup_images", "clip_norm", "clip_value"):
            if getattr(self, field) < 0:
                raise ValueError(f"{field} must not be negative, and is {getattr(self, field)}")
        for field in ("beta1", "beta2"):
            if not 0 <= getattr(self, field) < 1:
                raise ValueError(f"{field} must lie in [0, 1), and is {getattr(self, field)}")
        for field, whole in {"hold": "run", "final": "learning rate"}.items():
            if not 0 <= getattr(self, field) <= 1:
                raise ValueError(f"{field} is a share of the {whole}, 0..1, and is {getattr(self, field)}")

    def build(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """The torch optimiser, fused where the device has a fused kernel."""
        parameters = list(parameters)
        groups = self.groups(parameters)
        fused = {p.device.type for p in parameters} <= {"cpu", "cuda", "mps"}
        betas = (self.beta1, self.beta2)
        match self.name:
            case "adam":
                return torch.optim.Adam(groups, lr=self.lr, betas=betas, eps=self.eps, fused=fused)
            case "adamw":
                return torch.optim.AdamW(groups, lr=self.lr, betas=betas, eps=self.eps, fused=fused)
            case "sgd":
                return torch.optim.SGD(groups, lr=self.lr, momentum=self.momentum, fused=fused)
            case "rmsprop":
                return torch.optim.RMSprop(groups, lr=self.lr, alpha=0.99, eps=self.eps, momentum=self.momentum)

    def groups(self, parameters: list[nn.Parameter]) -> list[dict[str, object]]:
        """Parameter groups for torch: weights decay, biases and gains do not."""
        if not self.weight_decay:
            return [{"params": parameters, "weight_decay": 0.0}]
        heavy = [p for p in parameters if p.dim() > 1]
        light = [p for p in parameters if p.dim() <= 1]
        parts = [(heavy, self.weight_decay), (light, 0.0)]
        return [{"params": group, "weight_decay": decay} for group, decay in parts if group]

    def rate(self, images: int, total: int) -> float:
        """The learning rate after `images` of `total` real images."""
        warm = min(1.0, images / self.warmup_images) if self.warmup_images else 1.0
        done = min(1.0, images / max(total, 1))
        fall = 0.0 if done <= self.hold else (done - self.hold) / (1 - self.hold)
        match self.schedule:
            case "constant":
                left = 1.0
            case "linear":
                left = 1.0 - fall
            case "cosine":
                left = (1 + math.cos(math.pi * fall)) / 2
        return self.lr * warm * (self.final + (1 - self.final) * left)


@dataclass(frozen=True)
class Average:
    """An exponential moving average of a player's weights (EMA), measured in images as StyleGAN2 does."""

    half_life_images: float = 10_000.0
    """Real images after which an old weight counts half; 0 = keep no average."""
    ramp: float = 0.05
    """Early on the half-life is at most this share of the images seen; 0 = no ramp-up."""

    def decay(self, batch: int, images: int) -> float:
        """The factor kept of the old average when `batch` more images bring the count to `images`."""
        half_life = min(self.half_life_images, self.ramp * images) if self.ramp else self.half_life_images
        return 0.5 ** (batch / max(half_life, 1e-8))


class Averaged(nn.Module):
    """The averaged copy of some modules.

    Parameters and batch-norm statistics are averaged: statistics copied from the newest weights would not
    belong to averaged weights. Every other buffer (power-iteration vectors, counters) is copied.
    """

    def __init__(self, modules: tuple[nn.Module, ...], average: Average):
        super().__init__()
        self.average = average
        self.copies = nn.ModuleList(copy.deepcopy(module) for module in modules).requires_grad_(False).eval()

    @torch.no_grad()
    def update(self, modules: tuple[nn.Module, ...], batch: int, images: int) -> None:
        """Follow the modules after an update on `batch` images that brought the count to `images`."""
        decay = self.average.decay(batch, images)
        for copied, module in zip(self.copies, modules, strict=True):
            news = dict(module.named_buffers())
            pairs: list[tuple[Tensor, Tensor]] = list(zip(copied.parameters(), module.parameters(), strict=True))
            for name, old in copied.named_buffers():
                if name.endswith(("running_mean", "running_var")):
                    pairs.append((old, news[name]))
                else:
                    old.copy_(news[name])
            lerp_(pairs, 1 - decay)


def lerp_(pairs: list[tuple[Tensor, Tensor]], weight: float) -> None:
    if pairs:
        olds, news = zip(*pairs, strict=True)
        torch._foreach_lerp_(list(olds), [new.detach() for new in news], weight)
