"""SPADE, or GauGAN (Park et al. 2019): label maps to photos.

The map enters through the norms alone, so that normalising does not wash it out. The first maps come from the map
itself, or, with a latent vector, from that: an encoder says it for a photo whose style is wanted. The critic is
`multiscale-critic` with spectral normalisation.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.code import Code
from ..layers.initialise import xavier_normal_
from ..layers.norms import InstanceNorm2d
from ..layers.spade import Spade
from ..play import chance
from ..settings import settings
from ..techniques.spectral import spectral_norm_
from .network import Shape, positive, translated

WIDTHS = (16, 16, 16, 8, 4, 2, 1)  # channels of the blocks in multiples of the width
FIRST = 3  # blocks before the doublings become regular
ENCODER_WIDTHS = (1, 2, 4, 8, 8, 8)
SEEN = 256  # side in pixels of what the encoder looks at


class SpadeBlock(nn.Module):
    """Twice SPADE, leaky ReLU and spectrally normalised 3x3, plus the input, through SPADE and 1x1 if it must widen.

    (n, inputs, h, w) and labels (n, maps, H, W) -> (n, outputs, h, w).
    """

    def __init__(self, inputs: int, outputs: int, labels: int, norm: Literal["batch", "instance"]):
        super().__init__()
        middle = min(inputs, outputs)
        self.norm1, self.norm2 = Spade(inputs, labels, norm), Spade(middle, labels, norm)
        self.conv1 = spectral_norm_(nn.Conv2d(inputs, middle, 3, padding=1))
        self.conv2 = spectral_norm_(nn.Conv2d(middle, outputs, 3, padding=1))
        widens = inputs != outputs
        self.shortcut_norm = Spade(inputs, labels, norm) if widens else None
        self.shortcut = spectral_norm_(nn.Conv2d(inputs, outputs, 1, bias=False)) if widens else None

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        h = self.conv1(F.leaky_relu(self.norm1(x, labels), 0.2))
        h = self.conv2(F.leaky_relu(self.norm2(h, labels), 0.2))
        if self.shortcut is not None and self.shortcut_norm is not None:
            x = self.shortcut(self.shortcut_norm(x, labels))
        return x + h


class Generator(nn.Module):
    """Turns x (n, *source), one map per label, into (n, *image) in [-1, 1]; with a latent vector, z (n, latent) too.

    Where z is not given, it is drawn from N(0, 1).
    """

    def __init__(self, settings: SpadeGenerator, shape: Shape):
        super().__init__()
        labels, outputs = translated(shape, settings.kind, settings.multiple)
        self.doublings, self.latent = settings.doublings, shape.latent
        self.start_sides = tuple(side >> settings.doublings for side in shape.image[1:])
        widths = [settings.width * times for times in WIDTHS] + [settings.width // 2] * (settings.doublings == 7)
        first, (high, wide) = widths[0], self.start_sides
        self.start: nn.Module = (
            nn.Linear(shape.latent, first * high * wide) if shape.latent else nn.Conv2d(labels, first, 3, padding=1)
        )
        pairs = zip([first, *widths[:-1]], widths, strict=True)
        self.blocks = nn.ModuleList(SpadeBlock(a, b, labels, settings.norm) for a, b in pairs)
        self.head = nn.Conv2d(widths[-1], outputs, 3, padding=1)
        xavier_normal_(self, 0.02)

    def forward(self, x: Tensor, y: Tensor | None = None, z: Tensor | None = None) -> Tensor:
        if self.latent:
            if tuple(side >> self.doublings for side in x.shape[2:]) != self.start_sides:
                built = " x ".join(str(side << self.doublings) for side in self.start_sides)
                raise ValueError(f"a SPADE with a style only takes the size it was built for, {built} pixels")
            z = chance.normal((len(x), self.latent), x.device).to(x) if z is None else z
            h = self.start(z).unflatten(1, (-1, *self.start_sides))
        else:
            h = self.start(F.interpolate(x, [side >> self.doublings for side in x.shape[2:]]))
        for number, block in enumerate(self.blocks):
            # The third block stands beside the second unless there are more doublings than five.
            doubles = number == 1 or number >= FIRST or (number == 2 and self.doublings > 5)
            h = block(F.interpolate(h, scale_factor=2) if doubles else h, x)
        return self.head(F.leaky_relu(h, 0.2)).tanh()


class Encoder(nn.Module):
    """Turns photos x (n, *image) into a Code of the style z (n, latent)."""

    def __init__(self, settings: SpadeEncoder, shape: Shape):
        super().__init__()
        if not shape.latent:
            raise ValueError(f"{settings.kind} says a latent vector: give the game one, such as game.latent=256")
        stages, inputs = list[nn.Module](), shape.image[0]
        for width in (settings.width * times for times in ENCODER_WIDTHS):
            conv = spectral_norm_(nn.Conv2d(inputs, width, 3, 2, 1, bias=False))
            stages += [conv, InstanceNorm2d(width), nn.LeakyReLU(0.2, inplace=True)]
            inputs = width
        self.stages = nn.Sequential(*stages, nn.Flatten())
        side = SEEN >> len(ENCODER_WIDTHS)
        self.mean = nn.Linear(inputs * side * side, shape.latent)
        self.log_variance = nn.Linear(inputs * side * side, shape.latent)
        xavier_normal_(self, 0.02)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Code:
        if x.shape[2:] != (SEEN, SEEN):
            x = F.interpolate(x, (SEEN, SEEN), mode="bilinear")
        h = self.stages(x)
        return Code(self.mean(h), self.log_variance(h))


@settings
class SpadeGenerator:
    """SPADE's generator, for sides that are multiples of 2^doublings pixels."""

    kind: Literal["spade-generator"] = "spade-generator"
    width: int = 64
    """Channels at full size; 16 times as many at the start."""
    doublings: Literal[5, 6, 7] = 5
    """Published: 5 for 256 pixels, 6 for more ("more"), 7 for still more ("most")."""
    norm: Literal["batch", "instance"] = "batch"
    """What stands inside SPADE."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    @property
    def multiple(self) -> int:
        return 2**self.doublings

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)


@settings
class SpadeEncoder:
    """SPADE's encoder of styles; it looks at photos of any size, resized to 256 pixels."""

    kind: Literal["spade-encoder"] = "spade-encoder"
    width: int = 64
    """Channels of the first stage; later ones have up to 8 times as many."""

    def __post_init__(self) -> None:
        positive("width", self.width)

    def build(self, shape: Shape) -> nn.Module:
        return Encoder(self, shape)
