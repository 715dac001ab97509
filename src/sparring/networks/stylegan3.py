"""StyleGAN3's generator (Karras et al. 2021): details move with the objects they belong to.

Everything is treated as a band-limited signal: Fourier features instead of a constant, a margin around the image,
filtered nonlinearities, layer after layer a little more bandwidth, and no noise. "translation" (T) moves with shifts,
"rotation" (R) also turns: 1x1 convolutions, twice the channels, round filters. Train it with StyleGAN2's critic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ..layers.equalised import RELU_GAIN, EqualisedLinear
from ..layers.filtered_relu import filtered_leaky_relu
from ..layers.lowpass import lowpass
from ..layers.mapping import Mapping, StyleMapping
from ..layers.modulated import modulated_convolution
from ..layers.pixel_noise import Noise
from ..settings import settings
from .network import Shape, positive, square
from .style import StyleGenerator

SIZES = (16, 32, 64, 128, 256, 512, 1024)
TAPS_PER_PIXEL = 6
CLAMP = 256.0  # cuts off activations only when training has gone wrong
OUTPUT_SCALE = 0.25
FIRST_CUTOFF, FIRST_STOPBAND = 2.0, 2**2.1  # cycles per image
LAST_STOPBAND = 2**0.3  # times the last cutoff


@dataclass(frozen=True)
class Band:
    """What a layer's output holds: frequencies up to `cutoff` +- `half_width`, cycles and samples per image."""

    cutoff: float
    half_width: float
    rate: int
    side: int  # pixels, with the margin
    channels: int


def bands(settings: Stylegan3Generator, channels: int, size: int) -> list[Band]:
    """One for each layer; bandwidths grow geometrically until the last layers have all that the image can hold."""
    wider = 2 if settings.equivariance == "rotation" else 1
    found = list[Band]()
    for layer in range(settings.layers + 1):
        share = min(layer / (settings.layers - settings.critical), 1)
        cutoff = FIRST_CUTOFF * (size / 2 / FIRST_CUTOFF) ** share
        stopband = FIRST_STOPBAND * (size / 2 * LAST_STOPBAND / FIRST_STOPBAND) ** share
        rate = 2 ** math.ceil(round(math.log2(min(2 * stopband, size)), 9))
        last = layer >= settings.layers - 1
        wide = round(min(wider * settings.width * size / 2 / cutoff, wider * settings.widest))
        found.append(
            Band(
                cutoff,
                max(stopband, rate / 2) - cutoff,
                rate,
                size if last else rate + 2 * settings.margin,
                channels if layer == settings.layers else wide,
            )
        )
    return found


class FourierInput(nn.Module):
    """Waves (n, channels, side, side) of random frequencies and phases, turned and shifted by w (n, style).

    `transform`, a 3x3 matrix in units of the image's side, moves all images: it is the inverse of what they do.
    """

    transform: Tensor
    frequencies: Tensor
    phases: Tensor

    def __init__(self, band: Band, style: int):
        super().__init__()
        self.band = band
        frequencies = torch.randn(band.channels, 2)
        radius = frequencies.square().sum(1, keepdim=True).sqrt()
        frequencies = frequencies / (radius * radius.square().exp().pow(0.25)) * band.cutoff
        self.weight = nn.Parameter(torch.randn(band.channels, band.channels))
        self.affine = EqualisedLinear(style, 4)
        nn.init.zeros_(self.affine.weight)
        assert self.affine.bias is not None
        with torch.no_grad():
            self.affine.bias[0] = 1.0  # no turn, no shift
        self.register_buffer("transform", torch.eye(3))
        self.register_buffer("frequencies", frequencies)
        self.register_buffer("phases", torch.rand(band.channels) - 0.5)

    def forward(self, w: Tensor) -> Tensor:
        turn, shift = self.affine(w).split(2, 1)
        length = turn.norm(dim=1, keepdim=True)
        cos, sin = (turn / length).unbind(1)
        rotation = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)  # (n, 2, 2)
        # Frequencies as they meet coordinates behind rotation, shift and transform, in this order.
        turned = self.frequencies @ rotation  # (n, channels, 2)
        phases = self.phases - (turned @ (shift / length)[:, :, None])[:, :, 0]
        phases = phases + turned @ self.transform[:2, 2]
        turned = turned @ self.transform[:2, :2]
        # What a transform pushes beyond the band must not alias.
        beyond = (turned.norm(dim=2) - self.band.cutoff) / (self.band.rate / 2 - self.band.cutoff)
        loudness = (1 - beyond).clamp(0, 1)
        side = self.band.side
        place = (torch.arange(side, device=w.device, dtype=turned.dtype) + 0.5 - side / 2) / self.band.rate
        across = 2 * math.pi * turned[:, :, 0, None] * place
        along = 2 * math.pi * (turned[:, :, 1, None] * place + phases[:, :, None])
        # sin(a + b) from sines of lines: no sine for every pixel.
        waves = across.cos()[:, :, None] * along.sin()[..., None] + across.sin()[:, :, None] * along.cos()[..., None]
        waves = waves * loudness[:, :, None, None]
        mixed = (self.weight / math.sqrt(self.band.channels)) @ waves.flatten(2)
        return mixed.unflatten(2, (side, side))


class Layer(nn.Module):
    """Modulated convolution, bias, filtered leaky ReLU: (n, in channels, in side, in side) -> the output's band.

    In training mode it follows the mean square of its input, with which it then divides.
    """

    magnitude: Tensor
    up_taps: Tensor
    down_taps: Tensor

    def __init__(self, settings: Stylegan3Generator, before: Band, behind: Band, place: int):
        super().__init__()
        self.last = place == settings.layers
        radial = settings.equivariance == "rotation"
        self.half_life_images = settings.magnitude_half_life_images
        kernel = 1 if radial or self.last else 3
        self.kernel, self.scale = kernel, 1 / math.sqrt(before.channels * kernel**2)
        self.affine = EqualisedLinear(settings.style, before.channels, bias_start=1.0)
        self.weight = nn.Parameter(torch.randn(behind.channels, before.channels, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(behind.channels))
        rate = max(before.rate, behind.rate) * (1 if self.last else 2)  # at which the ReLU acts
        self.up, self.down = rate // before.rate, rate // behind.rate
        up_taps = TAPS_PER_PIXEL * self.up if self.up > 1 and not self.last else 1
        down_taps = TAPS_PER_PIXEL * self.down if self.down > 1 and not self.last else 1
        # A critically sampled layer keeps frequencies in its corners that a round filter would lose.
        radial = radial and place < settings.layers - settings.critical
        up_filter = lowpass(up_taps, before.cutoff, 2 * before.half_width, rate)
        down_filter = lowpass(down_taps, behind.cutoff, 2 * behind.half_width, rate, radial)
        total = (behind.side - 1) * self.down + 1 - (before.side + kernel - 1) * self.up + up_taps + down_taps - 2
        low = (total + self.up) // 2
        self.padding = (low, total - low, low, total - low)
        self.register_buffer("up_taps", up_filter, persistent=False)
        self.register_buffer("down_taps", down_filter, persistent=False)
        self.register_buffer("magnitude", torch.ones(()))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        if self.training:
            with torch.no_grad():
                kept = 0.5 ** (len(x) / self.half_life_images)
                self.magnitude.lerp_(x.square().mean().to(self.magnitude.dtype), 1 - kept)
        style = self.affine(w) * (self.scale if self.last else 1.0)
        h = modulated_convolution(
            x, self.weight, style, not self.last, padding=self.kernel - 1, gain=self.magnitude.rsqrt()
        )
        return filtered_leaky_relu(
            h + self.bias[:, None, None],
            self.up_taps,
            self.down_taps,
            up=self.up,
            down=self.down,
            padding=self.padding,
            slope=1.0 if self.last else 0.2,
            gain=1.0 if self.last else RELU_GAIN,
            clamp=CLAMP,
        )


class Synthesis(nn.Module):
    """Styles w (n, layers, style) -> images (n, channels, size, size); there is no noise to choose."""

    def __init__(self, settings: Stylegan3Generator, channels: int, size: int):
        super().__init__()
        plan = bands(settings, channels, size)
        self.input = FourierInput(plan[0], settings.style)
        pairs = pairwise([plan[0], *plan])
        self.layers = nn.ModuleList(Layer(settings, *pair, place) for place, pair in enumerate(pairs))

    def forward(self, w: Tensor, noise: Noise = "none") -> Tensor:
        h = self.input(w[:, 0])
        for i, layer in enumerate(self.layers):
            h = layer(h, w[:, i + 1])
        return h * OUTPUT_SCALE


class Generator(StyleGenerator):
    """Turns z (n, latent) and y (n,) or None into (n, channels, size, size), about in [-1, 1] and not clamped."""

    def __init__(self, settings: Stylegan3Generator, shape: Shape):
        super().__init__()
        channels, size = square(shape, settings.kind, SIZES)
        self.synthesis = Synthesis(settings, channels, size)
        trunk = Mapping(shape.latent, shape.classes, settings.style, settings.mapping_depth)
        self.mapping = StyleMapping(trunk, settings.style, settings.layers + 2, decay=0.998)


@settings
class Stylegan3Generator:
    """StyleGAN3's generator, for 16 to 1024 pixels; labels, where the data has any, join the latent."""

    kind: Literal["stylegan3-generator"] = "stylegan3-generator"
    width: int = 32
    """Channels at full size, growing with the wavelength; twice as many for rotation. Published: 32 at 1024 pixels."""
    widest: int = 512
    """No layer has more channels, or twice as many for rotation."""
    equivariance: Literal["translation", "rotation"] = "translation"
    """What moves along with the objects: T or R of the paper."""
    layers: int = 14
    """Convolutions before the last, 1x1 one."""
    critical: int = 2
    """Last layers that hold all frequencies of the image."""
    margin: int = 10
    """Pixels around the image in every layer but the last."""
    style: int = 512
    """Length of w."""
    mapping_depth: int = 2
    """Layers of the mapping network."""
    magnitude_half_life_images: float = 20_000.0
    """Images after which an old measurement of a layer's input counts half."""

    def __post_init__(self) -> None:
        for name in ("width", "widest", "layers", "style", "mapping_depth"):
            positive(name, getattr(self, name))
        if not 0 < self.critical < self.layers:
            raise ValueError(f"critical must be at least 1 and less than layers, and is {self.critical}")

    def build(self, shape: Shape) -> nn.Module:
        return Generator(self, shape)
