"""Resampling through FIR filters: put zeros between samples, filter, keep every n-th sample.

Without a low-pass filter, doubling leaves images of the spectrum and halving folds it; StyleGAN2 and 3 filter
everywhere (Karras et al. 2020, 2021). Each step is one depthwise convolution, transposed where it enlarges, so
the zeros are never multiplied; all of it can be differentiated twice and keeps channels_last. Filters do not learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

BINOMIAL = (1.0, 3.0, 3.0, 1.0)
"""The filter of StyleGAN2."""

SEPARATE_TAPS = 8  # from here on two passes with a line cost less than one with a square

Padding = tuple[int, int, int, int]
"""Left, right, top, bottom, in pixels of the image with its zeros put in; negative crops."""


def taps_of(values: Sequence[float]) -> Tensor:
    """A one-dimensional filter whose taps sum to 1."""
    taps = torch.tensor(values, dtype=torch.float64)
    return (taps / taps.sum()).float()


def resample(
    x: Tensor, taps: Tensor, up: int = 1, down: int = 1, padding: Padding = (0, 0, 0, 0), gain: float = 1.0
) -> Tensor:
    """`x` (n, channels, h, w) enlarged by `up`, padded, convolved with the filter, reduced by `down`.

    `taps` is a line, meant for both directions, or a square. A side of s pixels becomes
    (s * up + padding before and behind - taps) // down + 1. `gain` multiplies the result; up^2 keeps the brightness.
    One tap of 1 is no filter.
    """
    left, right, top, bottom = padding
    if taps.numel() == 1 and up == down == 1:
        x = F.pad(x, padding) if any(padding) else x
        return x if gain == 1 else x * gain
    if taps.dim() == 2:
        return convolve(x, taps * gain, (up, up), (down, down), padding)
    if len(taps) < SEPARATE_TAPS:
        return convolve(x, torch.outer(taps, taps * gain), (up, up), (down, down), padding)
    x = convolve(x, taps[None] * gain, (1, up), (1, down), (left, right, 0, 0))
    return convolve(x, taps[:, None], (up, 1), (down, 1), (0, 0, top, bottom))


class Depthwise(torch.autograd.Function):
    """One fixed kernel (h, w) over every channel: a convolution, or with `behind` the transposed one.

    Either is the other's gradient. Torch's own second derivative of a grouped convolution also makes the kernel's
    gradient, one channel after the other, whether or not anybody asked for it; here nothing is made for the kernel.
    `behind`, None or (vertical, horizontal), is how many more samples a transposed convolution gives at the end.
    """

    @staticmethod
    def forward(  # type: ignore[override]
        x: Tensor,
        kernel: Tensor,
        stride: tuple[int, int],
        padding: tuple[int, int],
        behind: tuple[int, int] | None,
    ) -> Tensor:
        """`x` (n, channels, h, w) under the kernel; `stride` and `padding` are (vertical, horizontal)."""
        channels = x.shape[1]
        weight = kernel.to(x.dtype).expand(channels, 1, *kernel.shape)
        if behind is None:
            return F.conv2d(x, weight, stride=stride, padding=padding, groups=channels)
        return F.conv_transpose2d(x, weight, stride=stride, padding=padding, output_padding=behind, groups=channels)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:  # type: ignore[override]
        """Remember everything but the samples, of which only the size counts."""
        x, kernel, *how = inputs
        ctx.save_for_backward(kernel)
        ctx.how = *how, x.shape[2:]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        """The other of the two convolutions, on the gradient."""
        (kernel,) = ctx.saved_tensors
        stride, padding, behind, sides = ctx.how
        if behind is None:
            # Rows and columns at the end that the stride did not reach.
            lengths = zip(sides, padding, kernel.shape, stride, strict=True)
            rest = tuple((side + 2 * pad - taps) % step for side, pad, taps, step in lengths)
            return Depthwise.apply(grad, kernel, stride, padding, rest), None, None, None, None
        return Depthwise.apply(grad, kernel, stride, padding, None), None, None, None, None


def convolve(x: Tensor, kernel: Tensor, up: tuple[int, int], down: tuple[int, int], padding: Padding) -> Tensor:
    """One depthwise pass; `up` and `down` are (vertical, horizontal)."""
    left, right, top, bottom = padding
    if up == (1, 1):
        inside = (top, left) if top == bottom >= 0 and left == right >= 0 else (0, 0)
        x = x if inside == (top, left) else F.pad(x, (left, right, top, bottom))
        return Depthwise.apply(x, kernel.flip((0, 1)), down, inside, None)
    # A transposed convolution computes every sample that the filter touches; the padding says how many to leave out.
    height, width = kernel.shape
    before = (height - 1 - top, width - 1 - left)
    behind = (height - up[0] - bottom, width - up[1] - right)
    cut = (max(0, min(before[0], behind[0])), max(0, min(before[1], behind[1])))
    x = Depthwise.apply(x, kernel, up, cut, (0, 0))
    rest = (cut[1] - before[1], cut[1] - behind[1], cut[0] - before[0], cut[0] - behind[0])
    x = F.pad(x, rest) if any(rest) else x
    return x if down == (1, 1) else x[:, :, :: down[0], :: down[1]]


def upsample(x: Tensor, taps: Tensor) -> Tensor:
    """(n, channels, h, w) -> (n, channels, 2h, 2w), with brightness and position kept."""
    before, behind = (taps.shape[-1] + 1) // 2, (taps.shape[-1] - 2) // 2
    return resample(x, taps, up=2, padding=(before, behind, before, behind), gain=4.0)


def downsample(x: Tensor, taps: Tensor) -> Tensor:
    """(n, channels, 2h, 2w) -> (n, channels, h, w), with brightness and position kept."""
    before, behind = (taps.shape[-1] - 1) // 2, (taps.shape[-1] - 2) // 2
    return resample(x, taps, down=2, padding=(before, behind, before, behind))


def up_convolution(x: Tensor, weight: Tensor, taps: Tensor) -> Tensor:
    """A convolution (outputs, inputs, kernel, kernel) that doubles: (n, inputs, h, w) -> (n, outputs, 2h, 2w).

    As in the official networks the kernel lies on the enlarged grid as it is stored, that is, not mirrored. A 1x1
    kernel commutes with the filter and runs before it.
    """
    kernel, length = weight.shape[-1], taps.shape[-1]
    if kernel == 1:
        return upsample(F.conv2d(x, weight), taps)
    x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
    before = kernel // 2 + (length + 1) // 2 - (kernel - 1)
    behind = kernel // 2 + (length - 2) // 2 - (kernel - 2)
    return resample(x, taps, padding=(before, behind, before, behind), gain=4.0)


def down_convolution(x: Tensor, weight: Tensor, taps: Tensor, bias: Tensor | None = None) -> Tensor:
    """A convolution (outputs, inputs, kernel, kernel) that halves: (n, inputs, 2h, 2w) -> (n, outputs, h, w)."""
    kernel, length = weight.shape[-1], taps.shape[-1]
    if kernel == 1:
        return F.conv2d(downsample(x, taps), weight, bias)
    before, behind = kernel // 2 + (length - 1) // 2, kernel // 2 + (length - 2) // 2
    x = resample(x, taps, padding=(before, behind, before, behind))
    return F.conv2d(x, weight, bias, stride=2)
