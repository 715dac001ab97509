"""Where the avatar shows and where the photo stays: masks (1, size, size) of a crop, hard ones and their soft edges."""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from .blur import gaussian
from .similarity import fit
from .templates import ffhq

Feather = Literal["distance", "gaussian"]
"""A ramp over the distance to the edge, which ends at 0 and 1 exactly, or a blur, which never quite does."""

FOREHEAD = 0.3  # how far brows are raised, in distances from the eyes to the mouth
HEAD = (0.36, 0.46)  # half axes of a head in FFHQ's crop, in its sides
ERODE, WIDTH = 0.02, 0.06  # sides of the crop
BORDER = 2  # pixels at the crop's edge that always stay the photo's


def hull(landmarks: Tensor, size: int) -> Tensor:
    """The face within the convex hull of 68 landmarks (68, 2) of the crop, with its forehead."""
    eyes, mouth = landmarks[36:48].mean(0), landmarks[48:68].mean(0)
    forehead = landmarks[17:27] + FOREHEAD * (eyes - mouth)
    corners = _around([(x, y) for x, y in torch.cat([landmarks, forehead]).tolist()])
    x, y = _grid(size)
    inside = torch.ones(size, size, dtype=torch.bool)
    for (left, top), (right, bottom) in zip(corners, corners[1:] + corners[:1], strict=True):
        inside &= (right - left) * (y - top) >= (bottom - top) * (x - left)
    return inside[None].float()


def ellipse(points: Tensor, size: int) -> Tensor:
    """The head around five points (5, 2) of the crop, hair and chin included; upright as the face is.

    ValueError for points without extent.
    """
    there = fit(points, ffhq(size))
    if there is None:
        raise ValueError("five points in one place are no face; a mask needs points that lie apart, or use `rounded`")
    x, y = _grid(size)
    places = there.apply(torch.stack([x.expand(size, size).flatten(), y.expand(size, size).flatten()], 1))
    axes = torch.tensor(HEAD, dtype=torch.float64) * size
    away = ((places - (size - 1) / 2) / axes).square().sum(1)
    return (away <= 1).view(1, size, size).float()


def rounded(size: int, radius: float = 0.25) -> Tensor:
    """The whole crop with round corners; `radius` in sides, 0.5 makes it a disc."""
    x, y = _grid(size)
    half = size / 2
    beyond = [((place - (size - 1) / 2).abs() - half * (1 - 2 * radius)).clamp(min=0) for place in (x, y)]
    return (beyond[0].square() + beyond[1].square() <= max(0.5, radius * size) ** 2)[None].float()


def soften(
    mask: Tensor,
    validity: Tensor,
    *,
    erode: float = ERODE,
    width: float = WIDTH,
    feather: Feather = "distance",
    least: float = 2.0,
) -> Tensor:
    """How much of the avatar shows, (1, size, size) in [0, 1]; 0 at the crop's edge and where the photo ends.

    `mask` is inside above 0.5. It loses `erode` and then rises over `width`, both in sides of the crop; `width` is at
    least `least` pixels, which are 2 of the photo where the caller multiplies by the crop's scale. With `gaussian`,
    `width` is that of two standard deviations.
    """
    size = mask.shape[-1]
    lost, rise = erode * size, max(width * size, least, 1.0)
    frame = F.pad(torch.ones(1, size - 2 * BORDER, size - 2 * BORDER), (BORDER,) * 4)
    inside = (mask > 0.5).float() * frame
    if feather == "distance":
        away = inside_distance(inside, math.ceil(lost + rise) + 1) - lost
        soft = smoothstep(away / rise)
    else:
        kept = (inside_distance(inside, math.ceil(lost) + 1) > lost).float()
        soft = gaussian(kept, rise / 2) * smoothstep(inside_distance(frame, math.ceil(rise) + 1) / rise)
    # One pixel further than the photo: interpolation at its very edge reads that pixel, too.
    return soft * F.max_pool2d(validity, 3, 1, 1)


def smoothstep(x: Tensor) -> Tensor:
    """Rises from 0 at 0 to 1 at 1, level at both ends."""
    x = x.clamp(0, 1)
    return x * x * (3 - 2 * x)


def inside_distance(mask: Tensor, reach: int) -> Tensor:
    """How far the nearest pixel outside is, centre to centre, (1, height, width); exact up to `reach` pixels.

    `mask` is 1 inside and 0 outside, and so is all that lies beyond it. First along columns, then the least of
    dx^2 + dy^2 along rows (Felzenszwalb and Huttenlocher 2012), of which only `reach` columns matter.
    """
    height, width = mask.shape[1:]
    row = torch.arange(height, dtype=torch.float32)[:, None]
    outside = mask[0] < 0.5
    above = torch.where(outside, row, -1.0).cummax(0).values
    below = torch.where(outside, row, float(height)).flip(0).cummin(0).values.flip(0)
    squares = torch.minimum(row - above, below - row).clamp(max=reach).square()
    padded = F.pad(squares, (reach, reach))
    least = squares
    for shift in range(1, reach):
        for start in (reach - shift, reach + shift):
            least = torch.minimum(least, padded[:, start : start + width] + shift**2)
    return least.sqrt().clamp(max=reach)[None]


def _grid(size: int) -> tuple[Tensor, Tensor]:
    line = torch.arange(size, dtype=torch.float64)
    return line, line[:, None]


def _around(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Corners of the convex hull, clockwise as one sees them (Andrew 1979)."""

    def half(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(chain) > 1:
                (a, b), (c, d) = chain[-2:]
                if (c - a) * (y - b) > (d - b) * (x - a):
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    ordered = sorted(set(points))
    return half(ordered) + half(ordered[::-1])
