"""Where and how a run computes: device, precision and processes, chosen in one place."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import torch
from torch import distributed, nn

Precision = Literal["fp32", "bf16", "fp16"]
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Machine:
    """What one process computes on; `rank` of `world` processes that share each global batch."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: Precision = "fp32"
    rank: int = 0
    world: int = 1
    channels_last: bool = True

    def autocast(self) -> AbstractContextManager[object]:
        """Reduced precision for networks; losses widen their logits, penalties leave it."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, TYPES[self.precision])

    @property
    def scales(self) -> bool:
        """Whether gradients need a loss scale (fp16 underflows without one)."""
        return self.precision == "fp16"

    @property
    def asynchronous(self) -> bool:
        """Whether reading a number back makes the processor wait for the device."""
        return self.device.type != "cpu"


def choose_device(name: str = "auto") -> torch.device:
    """`auto` is the best there is: cuda (this process's own), then mps, then cpu. ValueError if absent."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind = name.split(":")[0]
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if kind not in there:
        raise ValueError(f"there is no device {name!r}; use auto, cpu, cuda or mps")
    if not there[kind]:
        raise ValueError(f"this machine's PyTorch has no {kind}; use --device cpu, or install a PyTorch with {kind}")
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return torch.device(name)


@cache
def choose_precision(device: torch.device, name: str = "auto") -> Precision:
    """`auto` measures, once a process: reduced precision only where a convolution trains at least 1.3x faster."""
    if name != "auto":
        if name not in TYPES:
            raise ValueError(f"there is no precision {name!r}; use auto, fp32, bf16 or fp16")
        if name == "fp16" and device.type == "cpu":
            raise ValueError("fp16 is not for training on a CPU; use --precision fp32 or bf16")
        return name  # type: ignore[return-value]
    candidates: list[Precision] = ["bf16"] if device.type == "cpu" else ["bf16", "fp16"]
    plain = step_seconds(device, "fp32")
    times = {precision: step_seconds(device, precision, limit=plain) for precision in candidates}
    best = min(times, key=lambda precision: times[precision])
    return best if times[best] * 1.3 < plain else "fp32"


def step_seconds(device: torch.device, precision: Precision, limit: float = float("inf")) -> float:
    """Seconds of a small convolution's forward and backward pass, the best of a few."""
    layer = nn.Conv2d(64, 64, 3, padding=1, device=device).to(memory_format=torch.channels_last)
    images = torch.randn(16, 64, 32, 32, device=device).to(memory_format=torch.channels_last)
    best = float("inf")
    for attempt in range(4):
        start = time.perf_counter()
        with torch.autocast(device.type, TYPES[precision], enabled=precision != "fp32"):
            layer(images).float().square().mean().backward()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        elif device.type == "mps":
            torch.mps.synchronize()
        seconds = time.perf_counter() - start
        best = min(best, seconds) if attempt else best  # the first pass prepares kernels
        if attempt and seconds > 3 * limit:
            break
    return best


def join_processes(device: str = "auto", precision: str = "auto") -> Machine:
    """The machine of this process; under torchrun it also joins the group of all processes."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    chosen = choose_device(device)
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    if world > 1 and not distributed.is_initialized():
        join_group(chosen)
    if world == 1:
        return Machine(chosen, choose_precision(chosen, precision))
    # One process measures for all: two answers would be two precisions in one run.
    names = list(TYPES)
    mine = names.index(choose_precision(chosen, precision)) if rank == 0 else 0
    answer = torch.tensor(mine, device=chosen)
    distributed.broadcast(answer, 0)
    return Machine(chosen, names[int(answer)], rank, world)  # type: ignore[arg-type]


def join_group(device: torch.device) -> None:
    """Meet the other processes that torchrun started."""
    backend, own = ("nccl", device) if device.type == "cuda" else ("gloo", None)
    restart = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    if restart == "0" or os.environ.get("GROUP_WORLD_SIZE", "1") != "1":
        distributed.init_process_group(backend, device_id=own)
        return
    # The launcher's store still holds the addresses of the processes that died, and whoever reads them there waits
    # for the dead. On one machine all processes know how often they were restarted; on several they may not agree.
    store, rank, world = next(distributed.rendezvous("env://"))
    store = distributed.PrefixStore(f"restart-{restart}", store)
    distributed.init_process_group(backend, store=store, rank=rank, world_size=world, device_id=own)
