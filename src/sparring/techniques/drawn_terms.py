"""What a translator from photos to drawings is asked for beside fooling the critic, without pairs."""

from __future__ import annotations

from torch import Tensor, nn

from ..layers.perception import Eye, eye_of, shares_of
from ..play.game import Losses
from ..settings import settings
from .drawn import colours_apart, grayed, roughness
from .likeness import maps_apart, textures_apart


@settings
class Drawn:
    """Weights as published for Hayao's style (Paprika: 2, 0.6, 50; Shinkai: 1.2, 2, 10)."""

    content: float = 1.5
    """Weight of showing `eye` what the photo shows; the warm-up is that alone."""
    style: float = 2.5
    """Weight of the textures of the drawings, these in gray, as `eye` sees them."""
    colour: float = 15.0
    """Weight of the photo's colours."""
    roughness: float = 1.0
    """Weight of squared differences between neighbouring pixels."""
    eye: Eye = "effnet-lite0"
    """The frozen network that looks."""

    def __post_init__(self) -> None:
        for name in ("content", "style", "colour", "roughness"):
            if getattr(self, name) < 0:
                raise ValueError(f"likeness.{name} must not be negative, and is {getattr(self, name)}")
        if not self.content:
            raise ValueError("likeness.content must be above 0: nothing else holds the drawing to its photo")


class DrawnTerms(nn.Module):
    """Named, weighted terms (0-d) for made images, their photos and drawings, all (n, 3, h, w) in [-1, 1]."""

    def __init__(self, options: Drawn):
        super().__init__()
        self.options = options
        # In a tuple: what never changes need not be saved with every checkpoint.
        self.eyes = (eye_of(options.eye),)

    def forward(self, made: Tensor, photo: Tensor, drawing: Tensor) -> Losses:
        o, seen = self.options, self.looked(made)
        terms = self.content(seen, photo)
        if o.style:
            # The eye sees the made image in its colours, and the drawing without: only its textures are wanted.
            terms["style"] = o.style * textures_apart(seen, self.looked(grayed(drawing)))
        if o.colour:
            terms["colour"] = o.colour * colours_apart(made, photo)
        if o.roughness:
            terms["roughness"] = o.roughness * roughness(made)
        return terms

    def content(self, seen: tuple[Tensor, ...], photo: Tensor) -> Losses:
        """That alone, of what the eye sees in the made image: what a warm-up learns by."""
        apart = maps_apart(seen, self.looked(photo), shares_of(self.options.eye))
        return {"content": self.options.content * apart}

    def looked(self, image: Tensor) -> tuple[Tensor, ...]:
        """The maps of the eye."""
        return self.eyes[0].to(image.device)(image)
