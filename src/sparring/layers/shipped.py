"""Weights that come with this package: bytes on disk, numbers in memory."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

WEIGHTS = Path(__file__).parent.parent / "weights"


def shipped(name: str) -> dict[str, Tensor]:
    """The state dict in `weights/NAME.safetensors`, float32. Where each is from: weights/README.md.

    A weight of bytes q stands for q * scale + shift, scale and shift one for each output channel, and kept under
    the weight's name with that ending.
    """
    kept = load_file(WEIGHTS / f"{name}.safetensors")
    state = {key: value.float() for key, value in kept.items() if not key.endswith((".scale", ".shift"))}
    for key, value in state.items():
        if kept[key].dtype == torch.uint8:
            scale, shift = (kept[f"{key}.{what}"].view(-1, *[1] * (value.ndim - 1)) for what in ("scale", "shift"))
            state[key] = value * scale + shift
    return state
