"""What a network answers, found out before anything is trained."""

from __future__ import annotations

from typing import Any

import torch

from ..techniques.packing import packed_image
from .casting import Cast


@torch.no_grad()
def tried(cast: Cast, role: str) -> Any:
    """What this network answers to an empty sample."""
    network, size = cast.networks[role], cast.techniques.pack if role == "critic" else 1
    training = network.training
    sample = torch.zeros(1, *packed_image(cast.image, size))
    answer = network.eval()(sample, torch.zeros(1, dtype=torch.int64) if cast.classes else None)
    network.train(training)
    return answer
