"""Sources made of the images themselves: gray, edges, low resolution, holes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
CONTRAST = 4.0  # times Sobel's response of a step from black to white, which is 8, that draws a black line
HOLES = 3  # the stream of random numbers beside those of the sampler
LEAST, MOST = 0.25, 0.5  # sides of a hole, in sides of the image


@dataclass(frozen=True)
class Maker:
    """What a source is made by, and its channels for images of so many."""

    make: Callable[[Tensor, Tensor], Tensor]  # images (n, c, h, w) in [-1, 1], draws (n, 4) in [0, 1)
    channels: Callable[[int], int]


def gray(image: Tensor) -> Tensor:
    """The luma (n, 1, h, w) of images."""
    if image.shape[1] == 1:
        return image
    return (image * image.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def edges(image: Tensor) -> Tensor:
    """Black lines on white (n, 1, h, w) where the luma changes, by Sobel's filter."""
    across = image.new_tensor(SOBEL)
    filters = torch.stack([across, across.T])[:, None]
    slopes = F.conv2d(F.pad(gray(image), (1, 1, 1, 1), mode="replicate"), filters)
    return 1 - slopes.square().sum(1, keepdim=True).sqrt().div(8 / CONTRAST).clamp(max=2)


def low(image: Tensor, times: int) -> Tensor:
    """The image averaged over squares of `times` pixels and enlarged again, smoothly."""
    return F.interpolate(F.avg_pool2d(image, times), image.shape[2:], mode="bilinear")


def holed(image: Tensor, draws: Tensor) -> Tensor:
    """The image with a gray rectangle, and a map that is 1 there and -1 elsewhere: (n, c + 1, h, w)."""
    height, width = image.shape[2:]
    sides = LEAST + (MOST - LEAST) * draws[:, :2]
    starts = draws[:, 2:] * (1 - sides)
    places = [
        (torch.arange(length, device=image.device) + 0.5) / length - starts[:, axis, None]
        for axis, length in enumerate((height, width))
    ]
    inside = [(place >= 0) & (place < sides[:, axis, None]) for axis, place in enumerate(places)]
    hole = (inside[0][:, :, None] & inside[1][:, None, :])[:, None].to(image.dtype)
    return torch.cat([image * (1 - hole), 2 * hole - 1], 1)


def maker_of(name: str, side: int) -> Maker | None:
    """How to make the source of this name of images with such a side; None where no such way is known.

    ValueError for a low resolution that does not divide the side.
    """
    kind, _, rest = name.partition(":")
    if kind == "low" and rest:
        if not rest.isdecimal() or int(rest) < 2 or side % int(rest):
            raise ValueError(
                f"low:N makes images N times as small, N = 2, 4, ... and a divisor of their {side} pixels, not {rest}"
            )
        times = int(rest)
        return Maker(lambda image, draws: low(image, times), lambda channels: channels)
    return MAKERS.get(name)


def draws_of(seed: int, index: int, count: int) -> Tensor:
    """Four numbers in [0, 1) for each sample (n, 4) of batch number `index`."""
    key, counter = np.array([seed & (2**64 - 1), HOLES], np.uint64), np.array([0, 0, index, 0], np.uint64)
    words = np.random.Philox(key=key, counter=counter).random_raw(4 * count)
    # Below 1 in single precision, too.
    return torch.from_numpy((words >> np.uint64(40)).astype(np.float32) / np.float32(2**24)).view(count, 4)


MAKERS: dict[str, Maker] = {
    "gray": Maker(lambda image, draws: gray(image), lambda channels: 1),
    "edges": Maker(lambda image, draws: edges(image), lambda channels: 1),
    "mask": Maker(holed, lambda channels: channels + 1),
}
"""Ways that take no number; `low:N` is the other one."""
