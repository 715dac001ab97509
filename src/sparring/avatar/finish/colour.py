"""Giving an avatar back some of its photo's colours and light.

Every function takes the avatar and the photo's crop (3, size, size) in [0, 1], and a mask (1, size, size) of where to
look at both; strength 0 gives the avatar itself, and so does a mask without a pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..lab import to_lab, to_rgb

GAIN = 2.0  # most that contrast is multiplied or divided by
LIGHT = 0.5  # how much of the strength L gets; all of it turns flat shades into a photo's
BINS = 256


@dataclass(frozen=True, eq=False)
class Palette:
    """What colours a picture has: mean and standard deviation (3,) of L, a and b."""

    mean: Tensor
    deviation: Tensor

    def toward(self, other: Palette, share: float) -> Palette:
        """That much of the way to another: what a film's frames share does not pulse."""
        return Palette(self.mean.lerp(other.mean, share), self.deviation.lerp(other.deviation, share))


def palette_of(image: Tensor, mask: Tensor) -> Palette | None:
    """Of the pixels where the mask is above 0.5; None where there are none."""
    seen = to_lab(image)[:, mask[0] > 0.5]
    if not seen.numel():
        return None
    return Palette(seen.mean(1), seen.std(1, correction=0))


def reinhard(made: Tensor, own: Palette | None, goal: Palette | None, strength: float) -> Tensor:
    """Shifts and stretches the avatar's Lab colours from its own palette toward the photo's (Reinhard et al. 2001).

    Contrast changes by at most 2 times, and L by half the strength.
    """
    if strength == 0 or own is None or goal is None:
        return made
    lab = to_lab(made)
    gain = (goal.deviation / own.deviation.clamp(min=1e-3)).clamp(1 / GAIN, GAIN)
    moved = (lab - own.mean[:, None, None]) * gain[:, None, None] + goal.mean[:, None, None]
    shares = strength * lab.new_tensor([LIGHT, 1.0, 1.0])
    return to_rgb(lab + shares[:, None, None] * (moved - lab))


def match_histogram(made: Tensor, photo: Tensor, mask: Tensor, strength: float) -> Tensor:
    """Bends the avatar's L, a and b so that each is spread as the photo's: stronger than `reinhard`, and coarser."""
    seen = (mask[0] > 0.5).numpy()
    if strength == 0 or not seen.any():
        return made
    lab, goal = to_lab(made), to_lab(photo)
    bent = [_bent(*channel, seen) for channel in zip(lab.numpy(), goal.numpy(), strict=True)]
    return to_rgb(lab.lerp(torch.from_numpy(np.stack(bent)).to(lab), strength))


def _bent(values: np.ndarray, goal: np.ndarray, seen: np.ndarray) -> np.ndarray:
    low, high = min(values.min(), goal.min()), max(values.max(), goal.max()) + 1e-3
    edges = np.linspace(low, high, BINS + 1)
    # A slope of almost nothing in empty bins: every share then has one value.
    slope = np.linspace(0, 1e-6, BINS + 1)
    shares = [
        np.concatenate([[0], np.histogram(channel[seen], edges)[0].cumsum()]) / seen.sum() + slope
        for channel in (values, goal)
    ]
    return np.interp(np.interp(values, edges, shares[0]), shares[1], edges)


def brighten(made: Tensor, photo: Tensor, mask: Tensor, strength: float) -> Tensor:
    """Moves the avatar's median L that much of the way to the photo's, by a power that keeps black and white."""
    seen = mask[0] > 0.5
    if strength == 0 or not seen.any():
        return made
    lab = to_lab(made)
    own, goal = (float(light[seen].median().clamp(1, 99)) for light in (lab[0], to_lab(photo)[0]))
    power = math.log((own + strength * (goal - own)) / 100) / math.log(own / 100)
    bright = 100 * (lab[:1].clamp(min=0) / 100) ** min(max(power, 1 / GAIN), GAIN)
    return to_rgb(torch.cat([bright, lab[1:]]))
