"""What a translator is asked for beside fooling the critic, where the right answer is known."""

from __future__ import annotations

from torch import Tensor, nn

from ..layers import face_identity
from ..layers.perception import Eye, eye_of, shares_of
from ..play.game import Losses
from ..settings import settings
from .likeness import PIXEL, PixelKind, maps_apart, strangeness, textures_apart, total_variation


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
    identity: float = 0.0
    """Of how little the face is that person's, for aligned faces (1 - cosine; 0.1 to 1 beside a critic's 1)."""
    face: tuple[float, float, float, float] = (0.2, 0.29, 0.8, 0.89)
    """Left, top, right, bottom of the square that `identity` sees, as parts of the sides: as avatars are cropped."""

    def __post_init__(self) -> None:
        for name in ("pixel", "perceptual", "style", "total_variation", "identity"):
            if getattr(self, name) < 0:
                raise ValueError(f"likeness.{name} must not be negative, and is {getattr(self, name)}")
        left, top, right, bottom = self.face
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError(
                "likeness.face is left, top, right, bottom as parts of the sides, in [0, 1] with left < right and "
                f"top < bottom, and not {self.face}; 0 0 1 1 is the whole image"
            )

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
        self.acquaintances = (face_identity.pretrained(),) if options.identity else ()

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
        for knows in self.acquaintances:
            knows.to(made.device)
            terms["identity"] = o.identity * strangeness(knows, made, wanted, o.face)
        return terms
