"""Three ways to lay an avatar over a photo.

Each takes the photo and the layer (3, height, width), float in [0, 1], and how much of the layer shows, (1, height,
width); each gives the photo itself, to the bit, where nothing shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Blend = Literal["alpha", "poisson", "multiband"]

LEVELS, TAIL = 6, 3  # most levels of a pyramid; how much coarser than one pixel it must not become, as a power of 2
FULL = 0.25  # what must show of the layer for coarse bands to be let in whole
FINEST = 256  # pixels of the long side at which Poisson's equation is solved; the mask's soft edge hides the rest
CLOSE = 0.1 / 255  # the largest step that is left to a solution
CYCLES = 40
SWEEPS, DAMPING = 2, 0.8


def alpha(photo: Tensor, layer: Tensor, shown: Tensor) -> Tensor:
    """Mixes both as far as the layer shows."""
    return torch.where(shown > 0, photo.lerp(layer, shown), photo)


def poisson(photo: Tensor, layer: Tensor, shown: Tensor) -> Tensor:
    """The layer's edges with the photo's colours around them (Perez et al. 2003), then mixed as `alpha` does.

    What the layer lacks at the edge of the mask is spread smoothly over its inside; where the mask meets the edge of
    the picture, nothing is asked. As it is smooth, it is solved for at 256 pixels a side. It can bleach what it covers,
    or carry the background's colour into it.
    """
    gap, inside = photo - layer, shown > 0
    known = (~inside).to(gap)
    sides = [math.ceil(side / max(1.0, max(gap.shape[1:]) / FINEST)) for side in gap.shape[1:]]
    weight = _resized(known, sides)
    filled = membrane(_resized(gap * known, sides) / weight.clamp(min=1e-6), weight < 0.5)
    return alpha(photo, (layer + _resized(filled, gap.shape[1:])).clamp(0, 1), shown)


def multiband(photo: Tensor, layer: Tensor, shown: Tensor) -> Tensor:
    """Coarse bands over wide seams, fine bands over narrow ones (Burt and Adelson 1983).

    The wide seams end where the mask does, although the pyramids' do not.
    """
    levels = max(0, min(LEVELS, math.floor(math.log2(min(shown.shape[1:]))) - TAIL))
    bands = [torch.cat([photo, layer, shown])]
    for _ in range(levels):
        bands.append(_resized(bands[-1], [math.ceil(side / 2) for side in bands[-1].shape[1:]]))
    mixed = _mixed(bands[-1])
    for finer, coarser in zip(bands[-2::-1], bands[:0:-1], strict=True):
        left = finer[:6] - _resized(coarser[:6], finer.shape[1:])
        mixed = _resized(mixed, finer.shape[1:]) + _mixed(torch.cat([left, finer[6:]]))
    return alpha(photo, mixed.clamp(0, 1), (shown / FULL).clamp(max=1))


def _mixed(band: Tensor) -> Tensor:
    return band[:3].lerp(band[3:6], band[6:])


def _resized(band: Tensor, sides: list[int] | torch.Size) -> Tensor:
    """Halved or doubled through [1, 3, 3, 1]."""
    return F.interpolate(band[None], size=list(sides), mode="bilinear", antialias=True)[0]


def membrane(edge: Tensor, inside: Tensor) -> Tensor:
    """The smoothest picture (channels, height, width) that equals `edge` outside: harmonic where `inside` is true.

    By cycles of multigrid until a cycle moves nothing by more than a tenth of a grey level. `inside` is (1, height,
    width); all inside gives 0.
    """
    free = inside.to(edge)
    if free.all():
        return torch.zeros_like(edge)
    found = edge * (1 - free)
    found = found + free * _filled(found, 1 - free)
    for _ in range(CYCLES):
        step = _cycle(_lack(found, free), free)
        found = found + step
        if step.abs().max() < CLOSE:
            break
    return found


def _filled(known: Tensor, weight: Tensor) -> Tensor:
    """A first guess: every gap the mean of what is known around it, at the finest scale that knows anything."""
    if min(weight.shape[1:]) == 1 or weight.min() > 0:
        return known / weight.clamp(min=1e-6)
    sides = [math.ceil(side / 2) for side in weight.shape[1:]]
    coarse = _filled(_resized(known, sides), _resized(weight, sides))
    return torch.where(weight > 0.5, known / weight.clamp(min=1e-6), _resized(coarse, weight.shape[1:]))


def _lack(found: Tensor, free: Tensor) -> Tensor:
    """How far each free pixel is below its four neighbours together; beyond the picture's edge it meets itself."""
    padded = F.pad(found[None], (1, 1, 1, 1), mode="replicate")[0]
    around = padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]
    return (around - 4 * found) * free


def _cycle(lack: Tensor, free: Tensor) -> Tensor:
    """The correction that one V of multigrid finds, 0 where nothing is free."""
    found = lack * (DAMPING / 4)
    for _ in range(SWEEPS - 1):
        found = found + (lack + _lack(found, free)) * (DAMPING / 4)
    if min(free.shape[1:]) > 2:
        rest = lack + _lack(found, free)
        high, wide = free.shape[1:]
        even = (0, wide % 2, 0, high % 2)
        coarse_free = -F.max_pool2d(-F.pad(free, even), 2)
        coarse = _cycle(4 * F.avg_pool2d(F.pad(rest, even), 2) * coarse_free, coarse_free)
        found = found + _resized(coarse, [high + high % 2, wide + wide % 2])[:, :high, :wide] * free
    for _ in range(SWEEPS):
        found = found + (lack + _lack(found, free)) * (DAMPING / 4)
    return found


BLENDS: dict[Blend, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "alpha": alpha,
    "poisson": poisson,
    "multiband": multiband,
}
