"""Boxes as rows of a tensor (n, 4): left, top, right, bottom."""

from __future__ import annotations

import torch
from torch import Tensor


def squares_around(boxes: Tensor) -> Tensor:
    """Middle x, middle y and side of squares on the longer sides; (n, 4) -> (n, 3)."""
    sides = boxes[:, 2:] - boxes[:, :2]
    return torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, sides.amax(1, keepdim=True)], 1)


def corners_of(squares: Tensor) -> Tensor:
    """The squares (n, 3) as boxes (n, 4)."""
    half = squares[:, 2:] / 2
    return torch.cat([squares[:, :2] - half, squares[:, :2] + half], 1)


def moved(squares: Tensor, shifts: Tensor) -> Tensor:
    """Boxes whose edges are those of the squares, shifted by parts of the side; (n, 3) and (n, 4) -> (n, 4)."""
    return corners_of(squares) + shifts * squares[:, 2:]


def surest(boxes: Tensor, scores: Tensor, most: float, of_smaller: bool = False) -> Tensor:
    """Rows of the boxes that share at most this part with one of higher score, surest first.

    The part is that of their union, or of the smaller one.
    """
    order = scores.argsort(descending=True, stable=True)
    found = boxes[order]
    areas = (found[:, 2:] - found[:, :2]).clamp(min=0).prod(1)
    left = torch.ones(len(found), dtype=torch.bool)
    kept = list[int]()
    for row in range(len(found)):
        if not left[row]:
            continue
        kept.append(row)
        ends = torch.minimum(found[row, 2:], found[:, 2:]) - torch.maximum(found[row, :2], found[:, :2])
        both = ends.clamp(min=0).prod(1)
        whole = torch.minimum(areas[row], areas) if of_smaller else areas[row] + areas - both
        left &= both <= most * whole
    return order[kept]
