"""The generator of CycleGAN (Zhu et al. 2017), and of CUT (Park et al. 2020), which blurs before halving.

Two halvings, 9 residual blocks (6 for 128 pixels), two doublings, instance norm and reflected edges.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from ..layers.bottleneck import painting, trunk
from ..layers.initialise import normal_, xavier_normal_
from ..layers.norms import Norm
from ..settings import settings
from .network import Shape, positive, translated

HALVINGS = 2


class Generator(nn.Module):
    """Turns x (n, *source) into (n, *image) in [-1, 1]."""

    def __init__(self, settings: CycleganGenerator, shape: Shape):
        super().__init__()
        inputs, outputs = translated(shape, settings.kind, settings.multiple)
        inside = trunk(
            inputs, settings.width, HALVINGS, settings.blocks, settings.norm, settings.dropout, settings.blur
        )
        self.layers = nn.Sequential(*inside, *painting(settings.width, outputs))
        if settings.blur:
            xavier_normal_(self, 0.02)
        else:
            normal_(self)
        # The edges, both halvings behind their convolutions, the first block and the one in the middle.
        first = 4 + (8 if settings.blur else 6)
        self.tapped = (0, 4, 8 if settings.blur else 7, first, first + settings.blocks // 2)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.layers(x)

    def features(self, x: Tensor) -> tuple[Tensor, ...]:
        """Five maps on the way to the middle, which PatchNCE compares; nothing behind them is computed."""
        found = list[Tensor]()
        for number, layer in enumerate(self.layers[: self.tapped[-1] + 1]):
            x = layer(x)
            if number in self.tapped:
                found.append(x)
        return tuple(found)


@settings
class CycleganGenerator:
    """CycleGAN's and CUT's generator, for sides that are multiples of 4 pixels."""

    kind: Literal["cyclegan-generator"] = "cyclegan-generator"
    width: int = 64
    """Channels at full size; 4 times as many in the blocks."""
    blocks: int = 9
    """Residual blocks (published: 9 for 256 pixels, 6 for 128)."""
    norm: Norm = "instance"
    """Published: instance."""
    dropout: float = 0.0
    """Share of features dropped inside the blocks, in training."""
    blur: bool = False
    """Blur before halving and after doubling, as CUT does."""

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("blocks", self.blocks)
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is a share in [0, 1), and is {self.dropout}")

    @property
    def multiple(self) -> int:
        return 2**HALVINGS

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
