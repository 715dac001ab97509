"""The two layers of StyleGAN2's generator: a styled convolution with noise, and a styled way out to an image."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .equalised import RELU_GAIN, EqualisedLinear
from .modulated import demodulation, modulate
from .pixel_noise import Noise, Noises
from .resample import BINOMIAL, taps_of, up_convolution


class StyleConv2d(nn.Module):
    """Modulated 3x3 convolution, noise, bias, leaky ReLU with gain sqrt(2).

    `x` (n, inputs, h, w) and `w` (n, style) -> (n, outputs, size, size); with `up`, size is 2h. `gain` in the call
    multiplies the result, and what goes beyond `clamp * gain` is cut off; 0 leaves it.
    """

    taps: Tensor

    def __init__(self, inputs: int, outputs: int, style: int, size: int, up: bool = False, clamp: float = 0.0):
        super().__init__()
        self.up, self.clamp = up, clamp
        self.affine = EqualisedLinear(style, inputs, bias_start=1.0)
        # Demodulation takes away any scale, so this weight needs none.
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise = Noises(size)
        self.register_buffer("taps", taps_of(BINOMIAL), persistent=False)

    def forward(self, x: Tensor, w: Tensor, noise: Noise = "random", gain: float = 1.0) -> Tensor:
        style, factor = self.affine(w), gain * RELU_GAIN
        h = modulate(x, style)
        h = up_convolution(h, self.weight, self.taps) if self.up else F.conv2d(h, self.weight, padding=1)
        # The ReLU's gain goes through it, into factors that are small: three passes over the maps in all.
        h = torch.addcmul((self.bias * factor)[:, None, None], h, demodulation(self.weight, style) * factor)
        drawn = self.noise(h, noise)
        h = F.leaky_relu(h if drawn is None else h + drawn * factor, 0.2, inplace=True)
        return h.clamp(-self.clamp * gain, self.clamp * gain) if self.clamp else h


class ToImage(nn.Module):
    """Modulated 1x1 convolution without demodulation: `x` (n, inputs, h, w), `w` (n, style) -> (n, channels, h, w)."""

    def __init__(self, inputs: int, channels: int, style: int, clamp: float = 0.0):
        super().__init__()
        self.clamp, self.scale = clamp, 1 / math.sqrt(inputs)
        self.affine = EqualisedLinear(style, inputs, bias_start=1.0)
        self.weight = nn.Parameter(torch.randn(channels, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        # One small matrix per sample instead of another pass over the maps.
        mixing = self.weight[:, :, 0, 0] * (self.affine(w) * self.scale)[:, None]
        image = torch.baddbmm(self.bias[:, None], mixing, x.flatten(2)).unflatten(2, x.shape[2:])
        return image.clamp(-self.clamp, self.clamp) if self.clamp else image
