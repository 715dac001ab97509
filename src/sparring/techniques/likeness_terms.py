"""What a translator is asked for beside fooling the critic, where the right answer is known."""

from __future__ import annotations

from torch import Tensor, nn

from ..layers.perception import Eye, eye_of, shares_of
from ..play.game import Losses
from ..settings import settings
from .likeness import PIXEL, PixelKind, maps_apart, textures_apart, total_variation


@settings
class Likeness:
    """Weights of likeness to the right answer; 0 = off."""

    pixel: float = 100.0
    """Of the difference in pixels (pix2pix: 100)."""
    pixel_kind: PixelKind = "l1"
    """How it is measured."""
    perceptual: float = 0.0
    """Of the difference in what `eye` sees (pix2pixHD and SPADE: 10)."""
    style: float = 0.0
    """Of the difference in the textures that `eye` sees, wherever they are."""
    eye: Eye = "effnet-lite0"
    """The frozen network that looks."""
    total_variation: float = 0.0
    """Of the differences between neighbouring pixels."""

    def __post_init__(self) -> None:
        for name in ("pixel", "perceptual", "style", "total_variation"):
            if getattr(self, name) < 0:
                raise ValueError(f"likeness.{name} must not be negative, and is {getattr(self, name)}")

    @property
    def teaches(self) -> bool:
        """Whether a generator could learn by it alone."""
        return bool(self.pixel or self.perceptual)


class LikenessTerms(nn.Module):
    """Named, weighted terms (0-d) for made and wanted images, both (n, channels, h, w) in [-1, 1]."""

    def __init__(self, options: Likeness):
        super().__init__()
        self.options = options
        # In a tuple: what never changes need not be saved with every checkpoint.
        self.eyes = (eye_of(options.eye),) if options.perceptual or options.style else ()

    def forward(self, made: Tensor, wanted: Tensor) -> Losses:
        o, terms = self.options, Losses()
        if o.pixel:
            terms["pixel"] = o.pixel * PIXEL[o.pixel_kind](made, wanted)
        if o.total_variation:
            terms["total_variation"] = o.total_variation * total_variation(made)
        for eye in self.eyes:
            eye.to(made.device)
            ours, theirs = (eye(image.expand(-1, 3, -1, -1)) for image in (made, wanted))
            if o.perceptual:
                terms["perceptual"] = o.perceptual * maps_apart(ours, theirs, shares_of(o.eye))
            if o.style:
                terms["style"] = o.style * textures_apart(ours, theirs)
        return terms
