"""Toy distributions in the plane, with known modes: what a GAN loses can be counted exactly.

Coordinates are those of the papers, so a generator of points must not end in a tanh: the grid reaches 4 and
the spiral 2. `ring` and `grid` follow the protocol of PacGAN (Lin et al. 2018, arXiv:1712.04086), whose ring
has radius 1; VEEGAN (Srivastava et al. 2017, arXiv:1705.07761) and Unrolled GAN (Metz et al. 2017,
arXiv:1611.02163) use the same kinds of mixtures. `swiss-roll` is the spiral of WGAN-GP (Gulrajani et al. 2017,
arXiv:1704.00028).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from ..play.game import Batch
from ..settings import nearest

RING_STD, GRID_STD = 0.02, 0.05
ROLL_NOISE, ROLL_SCALE = 0.25, 7.5  # the noise is added before the division
POINT_STREAM = 7  # of the random numbers that share the seed


def ring_centres(modes: int = 8, radius: float = 1.0) -> NDArray[np.float64]:
    """(modes, 2) float64, evenly on a circle, the first at angle 0; the last is not the first again."""
    angles = 2 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side: int = 5, spacing: float = 2.0) -> NDArray[np.float64]:
    """(side * side, 2) float64, around the origin, row by row from the lowest x."""
    axis = spacing * (np.arange(side, dtype=np.float64) - (side - 1) / 2)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2).astype(np.float64)


@dataclass
class Points:
    """An endless set of points: equal Gaussians around `centres`, or the spiral where there are none."""

    name: str
    centres: NDArray[np.float64]  # (modes, 2) float64; (0, 2) where the set has no modes
    std: float  # of every Gaussian; of the noise across the spiral
    shape: tuple[int, ...] = (2,)
    count: int | None = None
    classes: tuple[str, ...] = field(init=False)
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        self.classes = tuple(f"mode {number}" for number in range(len(self.centres)))
        text = f"points {self.name} {self.centres.tolist()} {self.std}"
        self.fingerprint = hashlib.sha256(text.encode()).hexdigest()[:32]

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> PointFeed:
        """Batches of `batch` points over all processes. ValueError if it does not divide among them."""
        if batch < 1 or batch % world:
            raise ValueError(f"A batch of {batch} points cannot be split evenly over {world} processes.")
        return PointFeed(self, batch, seed, range(rank * batch // world, (rank + 1) * batch // world), device)

    def facts(self) -> dict[str, object]:
        return {
            "name": self.name,
            "count": None,
            "shape": list(self.shape),
            "classes": list(self.classes),
            "modes": self.centres.tolist(),
            "std": self.std,
            "licence": "CC0 1.0 (no picture or person is in it)",
            "credit": "",
        }

    def draw(self, count: int, seed: int, index: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Points (count, 2) float32 and the mode each came from (count,) int64; fixed by seed and index."""
        where, first, second = uniforms(seed, index, 3 * count).reshape(3, count)
        # Box and Muller: two independent N(0, 1) from two uniform numbers.
        radius, angle = np.sqrt(-2 * np.log1p(-first)), 2 * np.pi * second
        noise = self.std * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        if len(self.centres):
            modes = (where * len(self.centres)).astype(np.int64)
            return (self.centres[modes] + noise).astype(np.float32), modes
        turn = 1.5 * np.pi * (1 + 2 * where)
        spiral = np.stack([turn * np.cos(turn), turn * np.sin(turn)], axis=1) / ROLL_SCALE
        return (spiral + noise).astype(np.float32), np.zeros(count, dtype=np.int64)


def uniforms(seed: int, index: int, count: int) -> NDArray[np.float64]:
    """(count,) float64 in [0, 1). Raw Philox words, as numpy promises those alone to stay the same for ever."""
    bits = np.random.Philox(key=[seed & (2**64 - 1), POINT_STREAM], counter=[0, 0, index, 0])
    words = np.asarray(bits.random_raw(count), np.uint64) >> np.uint64(11)
    return words.astype(np.float64) * 2.0**-53


class PointFeed:
    """Batch `index` is drawn from random numbers keyed by the seed and the index."""

    def __init__(self, source: Points, batch: int, seed: int, part: range, device: str):
        self.source, self.size, self.seed = source, batch, seed
        self.part, self.device = part, torch.device(device)
        self.roles = frozenset({"image", "label"} if source.classes else {"image"})

    def batch(self, index: int) -> Batch:
        """`image` (n, 2) float32 in the set's own coordinates; `label` (n,) int64, the mode, where there are modes."""
        points, modes = self.source.draw(self.size, self.seed, index)
        rows = slice(self.part.start, self.part.stop)
        tensors = {"image": torch.from_numpy(points[rows]).to(self.device)}
        if "label" in self.roles:
            tensors["label"] = torch.from_numpy(modes[rows]).to(self.device)
        return Batch(**tensors)


POINTS: dict[str, tuple[NDArray[np.float64], float]] = {
    "ring": (ring_centres(), RING_STD),
    "grid": (grid_centres(), GRID_STD),
    "swiss-roll": (np.zeros((0, 2)), ROLL_NOISE / ROLL_SCALE),
}
"""Centres and spread."""


def points(kind: str, std: float | None = None) -> Points:
    """`ring`, `grid` or `swiss-roll`; `std` is another spread than the usual one."""
    if kind not in POINTS:
        raise ValueError(f"There are no points {kind!r}; known: {', '.join(POINTS)}.{nearest(kind, POINTS)}")
    centres, usual = POINTS[kind]
    return Points(f"builtin:{kind}", centres, usual if std is None else std)
