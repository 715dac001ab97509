"""A convolution with equalised learning rate, filtered resampling, leaky ReLU and clamping (Karras et al. 2020)."""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from .equalised import RELU_GAIN, EqualisedConv2d
from .resample import BINOMIAL, down_convolution, taps_of, up_convolution

Resampling = Literal["none", "up", "down"]


class FilteredConv2d(nn.Module):
    """(n, inputs, h, w) -> (n, outputs, h, w), or twice or half the size.

    A leaky ReLU brings its own gain of sqrt(2), `gain` in the call multiplies all of it, and what goes beyond
    `clamp * gain` is cut off; 0 leaves it. The gains multiply weight and bias, as positive factors pass through a ReLU.
    """

    taps: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        bias: bool = True,
        activate: bool = True,
        resampling: Resampling = "none",
        clamp: float = 0.0,
    ):
        super().__init__()
        self.activate, self.resampling, self.clamp = activate, resampling, clamp
        self.conv = EqualisedConv2d(inputs, outputs, kernel, bias=bias)
        self.register_buffer("taps", taps_of(BINOMIAL), persistent=False)

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        factor = gain * RELU_GAIN if self.activate else gain
        weight = self.conv.weight * (self.conv.scale * factor)
        bias = None if self.conv.bias is None else self.conv.bias * factor
        match self.resampling:
            case "none":
                h = F.conv2d(x, weight, bias, padding=self.conv.padding)
            case "up":
                h = up_convolution(x, weight, self.taps)
                h = h if bias is None else h + bias[:, None, None]
            case "down":
                h = down_convolution(x, weight, self.taps, bias)
        if self.activate:
            h = F.leaky_relu(h, 0.2, inplace=True)
        return h.clamp(-self.clamp * gain, self.clamp * gain) if self.clamp else h
