"""Every choice on the way from a photo to an avatar."""

from __future__ import annotations

from typing import Literal

from ..settings import settings
from .blend import Blend
from .finish import Finish
from .masks import WIDTH, Feather

Mode = Literal["avatar", "in-place"]
Mask = Literal["head", "hull", "ellipse", "person", "rounded"]
Background = Literal["photo", "white", "clear"]


@settings
class AvatarSettings:
    """How a photo becomes an avatar."""

    mode: Mode = "avatar"
    """avatar: a square picture of each head, upright. in-place: the photo, with its faces drawn."""
    faces: Literal["auto", "largest", "center", "all"] | int = "auto"
    """Whom to draw: auto is the largest face for an avatar, all in place; k is the k-th largest, from 0."""
    detector: str = "mtcnn"
    """Who looks for faces: mtcnn; whole: nobody, the middle square is the portrait."""
    sure: float = 0.8
    """Score below which a found face is left out."""
    turned: bool = False
    """Whether to look at the photo on its sides and upside down too where no face is found."""
    margin: float = 0.0
    """Side of the crop in sides of its template; 0 is what the style was trained with."""
    background: Background = "photo"
    """Behind an avatar: what the generator makes of the photo's, white, or nothing at all."""
    mask: Mask = "head"
    """What is replaced in place: the head with its hair, the landmarks' hull, an ellipse with hair, whole people, or
    the rounded crop."""
    feather: Feather = "distance"
    """How the mask's edge softens."""
    width: float = WIDTH
    """Of the soft edge, in sides of the crop."""
    blend: Blend = "alpha"
    """How a face is laid into the photo: mixed, with the photo's colours at the seam, or band by band."""
    finish: Finish = Finish()
    """What is done to the drawing before it is shown."""

    def __post_init__(self) -> None:
        if not 0 <= self.sure <= 1:
            raise ValueError(f"sure is a score from 0 to 1, and not {self.sure}")
        if self.margin and not 0.5 <= self.margin <= 3:
            raise ValueError(f"margin is from 0.5 to 3, or 0 for the style's own, and not {self.margin}")
        if not 0 < self.width <= 0.25:
            raise ValueError(f"width is above 0 and at most 0.25 of the crop, and not {self.width}")
        if isinstance(self.faces, int) and self.faces < 0:
            raise ValueError(f"faces are numbered from 0, the largest first, and not {self.faces}")
