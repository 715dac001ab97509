"""Cutting a square out of a photo along a similarity, and laying it back.

Only the rectangle that is needed is ever read or made, so a photo of 50 million pixels costs no more than its face.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from .blur import gaussian
from .similarity import Similarity, resizing

Border = Literal["reflect", "zero"]
"""What lies outside an image: itself, mirrored about its outermost pixels, or nothing."""

Region = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels of the photo, right and bottom excluded."""

SHRINKS = 1.25  # pixels of the image in one of the result; from here on averaging is nearer to their mean
STRIP = 1 << 20  # pixels that are made at a time
FADE = 0.3  # sides of the crop; a photo that ends further inside than that leaves nothing but one colour at the edge
BLUR = 0.02  # sides of the crop


def crop(image: Tensor, similarity: Similarity, size: int) -> tuple[Tensor, Tensor]:
    """A square (3, size, size) of an image (3, height, width), and its validity (1, size, size).

    `similarity` leads from the image to the crop. The validity is 1 where the image reaches and 0 beyond; there the
    crop is the mirrored image, blurred and fading to its median far outside, as a crop of FFHQ is.
    """
    pixels = sample(image, similarity.inverse, size, size).clamp(0, 1)
    height, width = image.shape[1:]
    x, y = _places(similarity.inverse, 0, size, size)
    sides = torch.stack([-0.5 - x, x - (width - 0.5), -0.5 - y, y - (height - 0.5)]) * similarity.scale
    valid = (sides <= 0).all(0)
    if not valid.all():
        reach = sides.amax((1, 2), keepdim=True).clamp(min=FADE * size)
        beyond = (sides / reach).amax(0).clamp(0, 1).float()
        pixels = pixels.lerp(gaussian(pixels, BLUR * size), (3 * beyond).clamp(max=1))
        middle = pixels[:, valid].median(1).values if valid.any() else pixels.flatten(1).median(1).values
        pixels = pixels.lerp(middle[:, None, None], beyond)
    return pixels, valid[None].float()


def region_of(similarity: Similarity, mask: Tensor, height: int, width: int) -> Region:
    """The rectangle of a photo (height, width) that a crop's mask (1, size, size) reaches.

    Empty, with right <= left or bottom <= top, where it misses the photo.
    """
    rows, columns = (mask[0].amax(axis).nonzero().flatten() for axis in (1, 0))
    if not len(rows):
        return 0, 0, 0, 0
    # Interpolation carries a pixel half a pixel further than its edge, and bicubic one more.
    sides = [(line[0].item() - 2, line[-1].item() + 2) for line in (columns, rows)]
    corners = similarity.inverse.apply(torch.tensor([(x, y) for x in sides[0] for y in sides[1]]))
    left, top = corners.amin(0).floor().tolist()
    right, bottom = (corners.amax(0).ceil() + 1).tolist()
    return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))


def place(layer: Tensor, similarity: Similarity, region: Region, border: Border = "reflect") -> Tensor:
    """A crop's layer (channels, size, size) as it lies in this region of the photo: (channels, height, width).

    `similarity` is the one that the crop was cut with; what the crop does not cover is mirrored, or 0.
    """
    left, top, right, bottom = region
    there = Similarity.of(shift=(left, top)).then(similarity)
    return sample(layer, there, max(0, bottom - top), max(0, right - left), border)


def sample(image: Tensor, places: Similarity, height: int, width: int, border: Border = "reflect") -> Tensor:
    """(channels, height, width) whose pixel (x, y) is what `image` shows at `places`(x, y).

    Smaller than the image, a pixel is the mean of what it covers: the image is first averaged over whole squares of
    pixels, then read linearly at twice the resolution and halved. Otherwise interpolation is bicubic, and places that
    are whole pixels give those pixels to the bit.
    """
    if not height or not width:
        return image.new_zeros((len(image), height, width))
    shrinks = places.scale > SHRINKS
    if shrinks:
        # To pixels of half the side.
        places, height, width = Similarity.of(0.5, shift=(-0.25, -0.25)).then(places), 2 * height, 2 * width
    times = max(1, round(places.scale)) if shrinks else 1
    window, left, top = _window(image, places, height, width, times, border)
    window = window if times == 1 else F.avg_pool2d(window, times)
    inside = places.then(Similarity.of(shift=(-left, -top))).then(resizing(1 / times))
    shift = _whole_shift(inside)
    if shift is not None and not shrinks:
        x, y = shift
        return window[:, y : y + height, x : x + width].clone()
    made = image.new_empty((len(image), height >> shrinks, width >> shrinks))
    for top, rows in _strips(height, width):
        strip = _interpolate(window, inside, top, rows, width, "bilinear" if shrinks else "bicubic")
        made[:, top >> shrinks : (top + rows) >> shrinks] = F.avg_pool2d(strip, 2) if shrinks else strip
    return made


def _strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Even numbers of rows, except for the last."""
    step = max(2, STRIP // width // 2 * 2)
    for start in range(0, height, step):
        yield start, min(step, height - start)


def _window(
    image: Tensor, places: Similarity, height: int, width: int, times: int, border: Border
) -> tuple[Tensor, int, int]:
    """The part of the image that is read, whole squares of `times` pixels, with its left and top edge."""
    corners = torch.tensor([(x, y) for x in (0, width - 1) for y in (0, height - 1)], dtype=torch.float64)
    reached = places.apply(corners)
    # Squares lie about the first place that is read, and move with it; rounding errors must not part them.
    first = (reached[0] - (times - 1) / 2 + 1e-6).round()
    before = ((first - reached.amin(0) + 2) / times).ceil() + 1
    behind = ((reached.amax(0) + 2 - first) / times).ceil() + 2
    left, top = (first - before * times).int().tolist()
    columns, rows = ((before + behind) * times).int().tolist()
    part = _along(image, 1, top, rows, border)
    return _along(part, 2, left, columns, border), left, top


def _along(image: Tensor, axis: int, start: int, count: int, border: Border) -> Tensor:
    length = image.shape[axis]
    if start >= 0 and start + count <= length:
        return image.narrow(axis, start, count)
    index = torch.arange(start, start + count, device=image.device)
    if border == "zero":
        inside = (index >= 0) & (index < length)
        shape = [-1 if number == axis else 1 for number in range(image.dim())]
        return image.index_select(axis, index.clamp(0, length - 1)) * inside.view(shape)
    period = max(1, 2 * (length - 1))
    index = index % period
    return image.index_select(axis, torch.minimum(index, period - index).clamp(max=length - 1))


def _whole_shift(places: Similarity) -> tuple[int, int] | None:
    """Where places are whole pixels side by side, the first of them."""
    x, y = (round(edge) for edge in places.shift)
    whole = Similarity.of(shift=(x, y)).matrix
    return (x, y) if torch.allclose(places.matrix, whole, rtol=0, atol=1e-9) else None


def _places(places: Similarity, top: int, rows: int, width: int) -> tuple[Tensor, Tensor]:
    """Where, as x and y (rows, width) float64, each pixel of these rows is read."""
    columns = torch.arange(width, dtype=torch.float64)
    lines = torch.arange(top, top + rows, dtype=torch.float64)[:, None]
    (a, b, x), (c, d, y) = places.matrix.tolist()
    return a * columns + (b * lines + x), c * columns + (d * lines + y)


def _interpolate(window: Tensor, places: Similarity, top: int, rows: int, width: int, mode: str) -> Tensor:
    x, y = _places(places, top, rows, width)
    high, wide = window.shape[1:]
    scaled = torch.stack([2 * x / (wide - 1) - 1, 2 * y / (high - 1) - 1], -1)
    grid = scaled.to(window.dtype)[None]
    return F.grid_sample(window[None], grid, mode=mode, padding_mode="border", align_corners=True)[0]
