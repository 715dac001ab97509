"""Colours that are probably not meant."""

from __future__ import annotations

import torch
from torch import Tensor

from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

VIVID = 0.12
"""Distance of the largest from the smallest channel, 0..1, from which a pixel has a hue worth looking at."""
TIMES, MANY_TIMES = 3.0, 8.0
"""Times as many azure pixels as orange ones."""
ENOUGH = 0.08
"""Share of all pixels in the middle that must be azure, so that a few blue shirts prove nothing."""
EQUAL = 0.01
"""Difference of channels, in [-1, 1], up to which a picture is gray."""


def swapped(shown: Shown) -> Claim | None:
    """Skin, wood and earth have orange hues; exchanging red and blue makes them azure, which only sky and sea are.

    Sky stands above, so the middle of the picture is looked at.
    """
    if not shown.pictures or shown.images.shape[1] != 3:
        return None
    orange, azure = hues(shown.images)
    times = azure / max(orange, 1e-3)
    if azure < ENOUGH or times < TIMES:
        return None
    return says(
        f"In the middle of the pictures {azure:.0%} of the pixels are azure, and {orange:.0%} have the orange hues of "
        "skin, wood and earth. In photographs it is the other way round, so red and blue may be exchanged: OpenCV "
        "reads BGR.",
        number("azure pixels over orange ones", min(times, 1e3), TIMES),
        severity="warning" if times >= MANY_TIMES else "info",
    )


def hues(images: Tensor) -> tuple[float, float]:
    """Shares of pixels in the middle half that are orange (5 to 45 degrees), and azure (195 to 235)."""
    height, width = images.shape[2:]
    middle = images[:, :, height // 4 : height - height // 4, width // 4 : width - width // 4]
    low, high = images.min(), images.max()
    red, green, blue = ((middle - low) / (high - low).clamp_min(1e-6)).unbind(1)
    return warm(red, green, blue), warm(blue, green, red)


def warm(first: Tensor, second: Tensor, third: Tensor) -> float:
    """Share of pixels whose hue lies 5 to 45 degrees from the first channel towards the second."""
    spread = first - third
    angle = 60 * (second - third) / spread.clamp_min(1e-6)
    return ((spread > VIVID) & (first >= second) & (angle >= 5) & (angle <= 45)).float().mean().item()


def gray(shown: Shown) -> Claim | None:
    """Three times the same channel."""
    if not shown.pictures or shown.images.shape[1] != 3:
        return None
    images = shown.images
    apart = (images - images.mean(1, keepdim=True)).abs().amax((1, 2, 3))
    share = (apart <= EQUAL).float().mean().item()
    if share == 1:
        return says(
            "All images are gray and have three equal channels: the generator must learn to keep them equal, and small "
            "differences look like tinges. Set data.channels=1.",
            number("share of gray images", share, 0.99),
        )
    return None


def alpha(shown: Shown) -> Claim | None:
    """Transparent images."""
    if shown.source is None:
        return None
    modes = shown.source.pack.manifest.modes
    clear = [place for place, mode in enumerate(modes) if mode.upper() in ("LA", "PA", "RGBA")]
    if not clear:
        return None
    codes = torch.from_numpy(shown.source.pack.index["mode"].astype("int64"))
    share = torch.isin(codes, torch.tensor(clear)).float().mean().item()
    return says(
        f"{share:.0%} of the images have transparent parts, which become white. Where that is not meant, put them on "
        "another ground yourself.",
        number("share of images with transparency", share, 0.0),
    )


COLOURS: tuple[Lint[Shown], ...] = (
    Lint(
        "swapped-channels",
        "info",
        "Red and blue may be exchanged",
        "Pictures that are meant to be blue: look at some of them.",
        ("data-fix",),
        swapped,
    ),
    Lint(
        "gray-as-colour",
        "info",
        "Gray images in three channels",
        "Coloured images among those that were not looked at.",
        ("gray-data",),
        gray,
    ),
    Lint(
        "transparent-images",
        "info",
        "Transparent images",
        "A white ground that is meant.",
        (),
        alpha,
    ),
)
