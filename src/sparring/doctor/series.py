"""One number over a run, and what rules ask of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """Values over rounds (updates of the generator) and over real images seen, (n,) each, in order.

    A value that was not finite is NaN.
    """

    rounds: Numbers
    images: Numbers
    values: Numbers

    def __len__(self) -> int:
        return len(self.values)

    @property
    def last(self) -> float:
        return float(self.values[-1])

    @property
    def median(self) -> float:
        return float(np.nanmedian(self.values)) if np.isfinite(self.values).any() else float("nan")

    def where(self, keep: NDArray[np.bool_]) -> Series:
        return Series(self.rounds[keep], self.images[keep], self.values[keep])

    def finite(self) -> Series:
        return self.where(np.isfinite(self.values))

    def until(self, rounds: float) -> Series:
        """What was known after so many rounds."""
        return self.where(self.rounds <= rounds)

    def since(self, rounds: float, least: int = 1) -> Series:
        """From this round on, and at least the `least` newest values."""
        keep = self.rounds >= rounds
        keep[max(0, len(self) - least) :] = True
        return self.where(keep)

    def smooth(self, half_life: float) -> Series:
        """An exponential average with a half-life in rounds; what is not finite is skipped."""
        kept = self.finite()
        out, level = np.empty(len(kept)), 0.0
        for place, value in enumerate(kept.values):
            gap = kept.rounds[place] - kept.rounds[place - 1] if place else 0.0
            level = value if not place else value + (level - value) * 0.5 ** (gap / half_life)
            out[place] = level
        return Series(kept.rounds, kept.images, out)

    def slope(self) -> float:
        """Change per 1,000 rounds of the straight line with the least squares; 0 for fewer than three values."""
        kept = self.finite()
        if len(kept) < 3 or np.ptp(kept.rounds) == 0:
            return 0.0
        return float(np.polyfit(kept.rounds / 1000, kept.values, 1)[0])

    def above(self, bound: float) -> float:
        """Share of the values above a bound, 0..1; undefined values are not."""
        return float(np.mean(self.values > bound)) if len(self) else 0.0

    def below(self, bound: float) -> float:
        """Share of the values below a bound, 0..1; undefined values are not."""
        return float(np.mean(self.values < bound)) if len(self) else 0.0
