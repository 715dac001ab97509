"""Sharper edges without halos."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..blur import gaussian

LUMA = (0.299, 0.587, 0.114)
DEVIATION = 1.5  # pixels
THRESHOLD = 3 / 255  # differences that are noise
OVERSHOOT = 0.05  # beyond the darkest and the brightest neighbour


def sharpen(made: Tensor, strength: float) -> Tensor:
    """The avatar (3, height, width) with that much of its fine differences in luma added once more (unsharp masking).

    Colours stay; luma goes beyond that of its eight neighbours by at most a twentieth of the range.
    """
    if strength == 0:
        return made
    luma = (made * made.new_tensor(LUMA).view(3, 1, 1)).sum(0, keepdim=True)
    fine = luma - gaussian(luma, DEVIATION)
    fine = fine.sign() * (fine.abs() - THRESHOLD).clamp(min=0)
    padded = F.pad(luma[None], (1, 1, 1, 1), mode="replicate")
    low, high = -F.max_pool2d(-padded, 3, 1)[0], F.max_pool2d(padded, 3, 1)[0]
    sharp = torch.maximum(torch.minimum(luma + strength * fine, high + OVERSHOOT), low - OVERSHOOT)
    return (made + (sharp - luma)).clamp(0, 1)
