"""Equalised learning rate: weights are stored as N(0, 1) and scaled where they are used (Karras et al. 2018).

Adam moves every stored weight by about the same amount, so with He's scale applied at run time every layer learns
at the same relative speed, however large its fan-in.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RELU_GAIN = math.sqrt(2)
"""Keeps the variance behind a (leaky) ReLU."""


class EqualisedLinear(nn.Module):
    """A linear layer, (n, inputs) -> (n, outputs), whose effective weight is `weight * gain * pace / sqrt(inputs)`.

    `pace` makes the layer learn that much slower than others at the same learning rate; it starts at the same
    effective weights. The effective bias is `bias * bias_gain * pace`, and `bias_start` None leaves it out.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        gain: float = 1.0,
        pace: float = 1.0,
        bias_start: float | None = 0.0,
        bias_gain: float = 1.0,
    ):
        super().__init__()
        self.scale, self.bias_scale = gain * pace / math.sqrt(inputs), bias_gain * pace
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / pace)
        self.bias = None if bias_start is None else nn.Parameter(torch.full((outputs,), bias_start / pace))

    def forward(self, x: Tensor) -> Tensor:
        bias = self.bias if self.bias is None or self.bias_scale == 1 else self.bias * self.bias_scale
        return F.linear(x, self.weight * self.scale, bias)


class EqualisedConv2d(nn.Module):
    """A convolution of stride 1 that keeps the size, with effective weight `weight * gain / sqrt(inputs * kernel^2)`.

    (n, inputs, h, w) -> (n, outputs, h, w); `kernel` is odd, in pixels.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, gain: float = 1.0, bias: bool = True):
        super().__init__()
        self.scale = gain / math.sqrt(inputs * kernel**2)
        self.padding = kernel // 2
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    @property
    def effective(self) -> Tensor:
        """The weight as it is used, (outputs, inputs, kernel, kernel)."""
        return self.weight * self.scale

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.effective, self.bias, padding=self.padding)
