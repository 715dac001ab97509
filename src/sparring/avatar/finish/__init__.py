"""What is done to an avatar after the generator, in order, each step with a strength from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from torch import Tensor

from ...settings import settings
from .colour import Palette, brighten, match_histogram, palette_of, reinhard
from .denoise import denoise
from .enlarge import TIMES, enlarge
from .sharpen import sharpen

STRENGTHS = ("denoise", "colour", "histogram", "brightness", "sharpen")


@settings
class Finish:
    """Strengths of the finish, 0 to 1; 0 leaves a step out."""

    denoise: float = 0.2
    """Noise taken off what is flat (guided filter)."""
    colour: float = 0.3
    """How far the colours go back to the photo's (Reinhard; L by half)."""
    histogram: float = 0.0
    """How far the spread of light and colours goes back to the photo's; above 0.5 it posterises."""
    brightness: float = 0.0
    """How far the median lightness goes back to the photo's."""
    sharpen: float = 0.3
    """How much sharper edges get (unsharp mask on luma, without halos)."""
    enlarge: Literal[1, 2, 4] = 1
    """How many times as many pixels a side the avatar gets."""

    def __post_init__(self) -> None:
        for name in STRENGTHS:
            strength = getattr(self, name)
            if not 0 <= strength <= 1:
                raise ValueError(f"{name} is a strength from 0 (off) to 1, and not {strength}")
        if self.enlarge not in TIMES:
            raise ValueError(f"enlarge is 1 (off), 2 or 4 times, and not {self.enlarge}")

    def steps(
        self, made: Tensor, photo: Tensor, mask: Tensor, goal: Palette | None = None
    ) -> Iterator[tuple[str, Tensor]]:
        """Name and picture (3, size, size) of every step that is not off; sharpened last, after enlarging.

        `photo` is the crop the avatar was made of, `mask` (1, size, size) where to compare colours: skin and hair, or
        what is valid. `goal`: the palette to go to where it is not this photo's, as in a film.
        """
        if self.denoise:
            yield "denoise", (made := denoise(made, self.denoise))
        if self.colour:
            goal = goal or palette_of(photo, mask)
            yield "colour", (made := reinhard(made, palette_of(made, mask), goal, self.colour))
        if self.histogram:
            yield "histogram", (made := match_histogram(made, photo, mask, self.histogram))
        if self.brightness:
            yield "brightness", (made := brighten(made, photo, mask, self.brightness))
        if self.enlarge > 1:
            yield "enlarge", (made := enlarge(made, self.enlarge))
        if self.sharpen:
            yield "sharpen", sharpen(made, self.sharpen)
