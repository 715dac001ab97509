"""What cannot be combined where images are translated into images."""

from __future__ import annotations

from typing import Literal

from ..techniques.ada import Ada
from ..techniques.ada.augment import COLOUR
from .casting import Cast
from .trying import tried

Shown = Literal["images", "codes", "twins"]
"""What a game shows its critic: images, pairs (z, image), or fakes beside the very images they should have been."""


def refuse_matching(cast: Cast, shown: Shown) -> None:
    """What cannot be done where the generator matches the critic's features of the image it should have made."""
    techniques = cast.techniques
    if shown != "twins":
        raise ValueError(
            "matching compares a fake with the very image it should have been, which only a game of pairs knows; "
            "set rules.feature_matching instead"
        )
    if techniques.top_k < 1 or techniques.augment.kind != "none":
        name = "top_k" if techniques.top_k < 1 else "augment"
        raise ValueError(f"rules.matching compares each fake with its own real image as it is: leave out {name}")
    if not tried(cast, "critic").features:
        raise ValueError("rules.matching needs a critic that shows features; set it to 0")


def refuse_colours(cast: Cast, augment: Ada) -> None:
    """ADA's colours are those of images; a critic that sees two images at once has more channels."""
    if colours := [name for name in augment.operations if name in COLOUR]:
        raise ValueError(
            f"ada's {colours[0]} needs images of 1 or 3 channels, and this critic sees {cast.image[0]}: take "
            "diffaugment, or leave colours out of techniques.augment.operations"
        )


def refuse_translation(cast: Cast) -> None:
    """What cannot be done where the generator starts from an image and not from noise."""
    for name in ("path_length", "style_mixing", "diversity"):
        if getattr(cast.techniques, name):
            raise ValueError(f"techniques.{name} needs a generator that starts from noise; set it to 0")


def refuse_replay(cast: Cast) -> None:
    """What cannot be done where fakes come of noise and of images, or in two sizes."""
    if cast.techniques.replay:
        raise ValueError("techniques.replay keeps one kind of fakes, and this game shows two in turn; set it to 0")
