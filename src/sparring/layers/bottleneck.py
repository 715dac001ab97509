"""The translator of Johnson et al. 2016: down, residual blocks at a quarter of the size, up again.

CycleGAN's, CUT's and pix2pixHD's generators are all this list of layers.
"""

from __future__ import annotations

from torch import Tensor, nn

from .blur import BlurDown, BlurUp
from .norms import Norm, needs_bias, norm_of


def rectifier(norm: Norm) -> nn.ReLU:
    """In place where a norm stands in front, which leaves what the convolution made to those who tap it."""
    return nn.ReLU(inplace=norm != "none")


class ResidualBlock(nn.Module):
    """3x3, norm, ReLU, 3x3, norm, with reflected edges; added to the input, with nothing behind. (n, c, h, w) kept."""

    def __init__(self, channels: int, norm: Norm, dropout: float, bias: bool):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=bias),
            norm_of(norm, channels),
            rectifier(norm),
            *([nn.Dropout(dropout)] if dropout else []),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=bias),
            norm_of(norm, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def entry(inputs: int, width: int, norm: Norm, bias: bool) -> list[nn.Module]:
    """7x7 with reflected edges, norm and ReLU: 4 layers."""
    conv = nn.Conv2d(inputs, width, 7, bias=bias)
    return [nn.ReflectionPad2d(3), conv, norm_of(norm, width), rectifier(norm)]


def halves(inputs: int, norm: Norm, bias: bool, blur: bool = False) -> list[nn.Module]:
    """3x3 to half the size and twice the channels, norm and ReLU: 3 layers, and one more with blur."""
    conv = nn.Conv2d(inputs, 2 * inputs, 3, 1 if blur else 2, 1, bias=bias)
    return [conv, norm_of(norm, 2 * inputs), rectifier(norm), *([BlurDown()] if blur else [])]


def doubled(inputs: int, norm: Norm, bias: bool, blur: bool = False) -> list[nn.Module]:
    """3x3 to twice the size and half the channels, norm and ReLU: 3 layers, and one more with blur."""
    outputs = inputs // 2
    conv = (
        [BlurUp(), nn.Conv2d(inputs, outputs, 3, 1, 1, bias=bias)]
        if blur
        else [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1, bias=bias)]
    )
    return [*conv, norm_of(norm, outputs), rectifier(norm)]


def painting(width: int, outputs: int) -> list[nn.Module]:
    """7x7 with reflected edges and tanh: 3 layers."""
    return [nn.ReflectionPad2d(3), nn.Conv2d(width, outputs, 7), nn.Tanh()]


def trunk(
    inputs: int, width: int, halvings: int, blocks: int, norm: Norm, dropout: float = 0.0, blur: bool = False
) -> list[nn.Module]:
    """All layers of a translator but the painting ones: from an image to `width` maps of its size."""
    bias = needs_bias(norm)
    layers = entry(inputs, width, norm, bias)
    for stage in range(halvings):
        layers += halves(width << stage, norm, bias, blur)
    layers += [ResidualBlock(width << halvings, norm, dropout, bias) for _ in range(blocks)]
    for stage in reversed(range(halvings)):
        layers += doubled(width << stage + 1, norm, bias, blur)
    return layers
