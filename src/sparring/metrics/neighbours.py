"""Nearest neighbours of many rows without an n x n matrix: float32 proposes, float64 decides.

Blocks of squared distances come from products of matrices in float32, whose error has a proven bound. Whatever lies
within the bound of a decision is decided by differences in float64; so results equal those of float64 throughout, and
exact copies are at exactly 0. Memory is O(n) and a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

BLOCK = 2048  # rows and columns of a block of distances
SPARES = (3, 64)  # candidates beyond the k that are asked for: first, and where float32 may have left one out
GATHERED = 1 << 17  # values held in float64 while pairs are decided: what a processor keeps near


@dataclass(frozen=True)
class Frame:
    """Coordinates in which little is lost: about the centre of a set, at its scale."""

    centre: Tensor
    scale: float
    dtype: torch.dtype

    @property
    def slack(self) -> float:
        """A squared distance is wrong by no more than this times the sum of both squared norms.

        With unit roundoff u: a product of d terms errs by du |x||y|, a squared norm by du of itself, coordinates by 3u
        of themselves, and the sums add less than 20u; and 2 |x||y| <= |x|² + |y|².
        """
        return (2 * len(self.centre) + 32) * torch.finfo(self.dtype).eps / 2


class Rows:
    """Rows (n, d) seen in a frame, block by block."""

    def __init__(self, given: Tensor, frame: Frame):
        self.given, self.frame, self.count = given, frame, len(given)

    @cached_property
    def norms(self) -> Tensor:
        """Squared, in the frame, (n,)."""
        return torch.cat([self.block(part).square_().sum(1) for part in self.parts()])

    def parts(self) -> Iterator[slice]:
        """Slices that make up all rows."""
        yield from (slice(at, min(at + BLOCK, self.count)) for at in range(0, self.count, BLOCK))

    def block(self, part: slice) -> Tensor:
        """Coordinates of these rows."""
        return (self.given[part] - self.frame.centre).div_(self.frame.scale).to(self.frame.dtype)

    def squares(self, part: slice, block: Tensor, other: Rows, across: slice) -> Tensor:
        """Squared, in the frame: of these rows, with their coordinates, from columns of another set."""
        products = torch.addmm(other.norms[across], block, other.block(across).T, alpha=-2)
        return products.add_(self.norms[part, None])

    def blocks(self, other: Rows) -> Iterator[tuple[slice, slice, Tensor]]:
        """Rows, columns, and their squared distances in the frame.

        Of a set from itself only blocks on and above the diagonal come: those below are the same.
        """
        for part in self.parts():
            block = self.block(part)
            for across in other.parts():
                if other is not self or across.start >= part.start:
                    yield part, across, self.squares(part, block, other, across)


def frames(*sets: Tensor) -> list[Frame]:
    """One frame for all sets, quick first, then exact. ValueError for what cannot be measured."""
    first = sets[0]
    for rows in sets:
        if rows.dim() != 2 or rows.shape[1:] != first.shape[1:]:
            shapes = " and ".join(str(tuple(rows.shape)) for rows in sets)
            raise ValueError(f"neighbours need features (n, dims) of the same dims, and these have shapes {shapes}")
        if not len(rows):
            raise ValueError("neighbours need at least one sample in each set, and one is empty")
    centre = first.mean(0)
    reach = torch.stack([torch.maximum(rows.amax(0) - centre, centre - rows.amin(0)).amax() for rows in sets]).amax()
    if not bool(torch.isfinite(reach)):
        raise ValueError("the features hold values that are not finite, so nothing can be measured with them")
    scale = float(reach) or 1.0
    exact = Frame(centre.double(), scale, torch.float64)
    # Somebody may have allowed products of float32 to be rounded further, and then the bound would not hold.
    quick = [Frame(centre, scale, torch.float32)] if torch.get_float32_matmul_precision() == "highest" else []
    return [*quick, exact]


def apart(x: Tensor, y: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Squared distances of x[rows] from y[columns], (pairs,) float64, by differences: 0 for equal rows."""
    at_once = max(1, GATHERED // x.shape[1])
    found = torch.empty(len(rows), dtype=torch.float64, device=x.device)
    for place, i, j in zip(found.split(at_once), rows.split(at_once), columns.split(at_once), strict=True):
        torch.sum(x[i].double().sub_(y[j]).square_(), 1, out=place)
    return found


def nearest(x: Tensor, among: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k nearest of `among` (m, d) for every row of `x` (n, d): distances (n, k) float64 ascending, indices (n, k).

    Of equal distances the lower index comes first. Rows nearer to each other than about 1e-8 of the extent of the sets
    may be taken for one another. ValueError for m < k, dims that differ, and values that are not finite.
    """
    squares, indices = search(x, among, k, None)
    return squares.sqrt(), indices


def others(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """As `nearest` among the rows of `x` itself, where no row is its own neighbour; its copies are."""
    squares, indices = search(x, x, k, torch.arange(len(x), device=x.device))
    return squares.sqrt(), indices


def radii(x: Tensor, k: int) -> Tensor:
    """Distance of every row from its k-th neighbour apart from itself, (n,) float64."""
    return others(x, k)[0][:, -1]


def search(x: Tensor, among: Tensor, k: int, own: Tensor | None) -> tuple[Tensor, Tensor]:
    """Squared distances and indices; `own`: where each row of x is in `among` and does not count."""
    there = len(among) - (own is not None)
    if not 1 <= k <= there:
        raise ValueError(f"{k} neighbours were asked for, and there are {there} to choose from: give 1 <= k <= {there}")
    squares = torch.empty(len(x), k, dtype=torch.float64, device=x.device)
    indices = torch.empty(len(x), k, dtype=torch.int64, device=x.device)
    left = torch.arange(len(x), device=x.device)
    quick_and_exact = frames(x, among)
    for frame, spare in ((quick_and_exact[0], SPARES[0]), *((frame, SPARES[1]) for frame in quick_and_exact)):
        count, columns = min(there, k + spare), Rows(among, frame)
        rows = columns if own is not None and len(left) == len(x) else Rows(x[left], frame)
        quick, found = proposed(rows, columns, count, None if own is None else own[left])
        found = found.sort(1).values
        numbers = torch.arange(len(found), device=x.device).repeat_interleave(count)
        exact = apart(rows.given, among, numbers, found.flatten()).view_as(found)
        exact, order = exact.sort(dim=1, stable=True)
        squares[left], indices[left] = exact[:, :k], found.gather(1, order)[:, :k]
        # What was not proposed is at least so far away.
        beyond = quick[:, -1] - frame.slack * (rows.norms + columns.norms.max())
        sure = exact[:, k - 1] <= beyond.double() * frame.scale**2
        left = left[~sure] if count < there else left[:0]
        if not len(left):
            break
    return squares, indices


class Closest:
    """The closest few of every row so far: squared distances and indices, both (n, count), ascending."""

    def __init__(self, rows: Rows, count: int):
        self.distances = torch.full((rows.count, count), torch.inf, dtype=rows.norms.dtype, device=rows.norms.device)
        self.indices = torch.zeros(rows.count, count, dtype=torch.int64, device=rows.norms.device)

    def see(self, part: slice, block: Tensor, first: int) -> None:
        """Distances (rows of the part, columns from the `first` on)."""
        count = self.distances.shape[1]
        values, columns = block.topk(min(count, block.shape[1]), 1, largest=False)
        values = torch.cat([self.distances[part], values], 1)
        columns = torch.cat([self.indices[part], columns + first], 1)
        self.distances[part], order = values.topk(count, 1, largest=False)
        self.indices[part] = columns.gather(1, order)


def proposed(rows: Rows, columns: Rows, count: int, mine: Tensor | None) -> tuple[Tensor, Tensor]:
    """Squared distances and indices of the `count` columns closest to every row, without its own."""
    closest = Closest(rows, count)
    for part, across, block in rows.blocks(columns):
        if mine is not None:
            here = ((mine[part] >= across.start) & (mine[part] < across.stop)).nonzero()[:, 0]
            block[here, mine[part][here] - across.start] = torch.inf
        closest.see(part, block, across.start)
        if rows is columns and across != part:
            closest.see(across, block.T.contiguous(), part.start)
    return closest.distances, closest.indices
