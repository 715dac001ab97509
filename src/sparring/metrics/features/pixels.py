"""No network at all: the colours of a small copy of the image, where nothing better is at hand."""

from __future__ import annotations

import torch
from torch import Tensor

from .frozen import FrozenNetwork
from .resizing import clean

SIDE = 16


def pixels(device: str) -> FrozenNetwork:
    """768 values in [0, 1]; they see colours and where they are, and know nothing of objects."""

    def network(x: Tensor) -> Tensor:
        return x.flatten(1)

    def prepare(images: Tensor) -> Tensor:
        return clean(images, SIDE).div(255)

    return FrozenNetwork(
        "pixels", 3 * SIDE**2, "", f"clean bicubic to {SIDE}", prepare, network, torch.device(device)
    )  # fmt: skip
