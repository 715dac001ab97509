"""Steady crops in a film: the four numbers of a similarity through a filter that is slow only when the face is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .similarity import Similarity

STILL, HASTE = 1.0, 0.03
SPEED = 1.0  # hertz of the cut-off of the speed itself
PIXELS = 256  # of a crop's side, in which movements count: the same face moves as far in a small film as in a large one


@dataclass
class OneEuro:
    """The One-Euro filter (Casiez et al. 2012): a low pass whose cut-off rises with the speed of what it follows.

    `still` is the cut-off at rest in hertz: lower is steadier. `haste` is how much it rises in hertz per pixel and
    second: higher lags less. Every entry of what is followed is filtered by itself.
    """

    still: float = STILL
    haste: float = HASTE
    value: Tensor | None = None
    speed: Tensor | None = None

    def __call__(self, measured: Tensor, seconds: float) -> Tensor:
        """The filtered value, `seconds` after the one before. ValueError unless time goes on."""
        if seconds <= 0:
            raise ValueError(f"a film goes on from frame to frame, and not by {seconds} seconds")
        if self.value is None or self.speed is None:
            self.value, self.speed = measured, torch.zeros_like(measured)
            return measured
        self.speed = self.speed.lerp((measured - self.value) / seconds, _share(SPEED, seconds))
        cutoff = self.still + self.haste * self.speed.abs()
        self.value = self.value + (measured - self.value) * _share(cutoff, seconds)
        return self.value


def _share(cutoff: Any, seconds: float) -> Any:
    """How much of the new value a first-order low pass takes; for numbers and tensors."""
    return 1 / (1 + 1 / (2 * math.pi * cutoff * seconds))


class Steady:
    """Crops of one followed face, frame by frame: middle, log of the scale and angle, each filtered.

    What is filtered is where the crop lies in the photo, so that turning does not swing the face about the photo's
    corner. Scale and angle count by what they move at the crop's edge; `size` is the crop's side in pixels. A cut in
    the film or another face is followed by a new one of these.
    """

    def __init__(self, size: int, still: float = STILL, haste: float = HASTE):
        self.middle = torch.full((1, 2), (size - 1) / 2, dtype=torch.float64)
        self.unit, self.angle = size / PIXELS, 0.0
        self.filter = OneEuro(still, haste)

    def __call__(self, similarity: Similarity, seconds: float) -> Similarity:
        """The steady crop of this frame, `seconds` after the one before. ValueError unless time goes on."""
        if self.filter.value is None:
            self.unit /= similarity.scale
        self.angle += math.remainder(similarity.angle - self.angle, 2 * math.pi)
        x, y = (similarity.inverse.apply(self.middle)[0] / self.unit).tolist()
        edge = PIXELS / 2
        numbers = [x, y, edge * math.log(similarity.scale), edge * self.angle]
        x, y, size, turn = self.filter(torch.tensor(numbers, dtype=torch.float64), seconds).tolist()
        turned = Similarity.of(math.exp(size / edge), turn / edge)
        place = turned.apply(torch.tensor([[x, y]], dtype=torch.float64) * self.unit)
        return turned.then(Similarity.of(shift=tuple((self.middle - place)[0].tolist())))
