"""Pictures of samples: images side by side, points as a scatter."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from . import atomic

GAP = 2  # pixels between images
LEAST_SIDE = 512  # pixels; grids of small images are enlarged by a whole factor up to here
CANVAS = 512  # pixels, of a scatter
BLUE, ORANGE = (70, 110, 180), (225, 110, 30)


def to_bytes(images: Tensor) -> Tensor:
    """(n, channels, height, width) in [-1, 1] as (n, height, width, channels) uint8 on the CPU, rounded."""
    scaled = images.detach().float().mul(127.5).add(127.5).round().clamp(0, 255)
    return scaled.permute(0, 2, 3, 1).to("cpu", torch.uint8).contiguous()


def grid(images: Tensor, columns: int = 0) -> Image.Image:
    """Images (n, height, width, channels) uint8 in rows; 0 columns = as square as it gets."""
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n * height / width))
    rows = math.ceil(n / columns)
    side = rows * (height + GAP) - GAP, columns * (width + GAP) - GAP
    canvas = np.full((*side, channels), 255, np.uint8)
    for i, image in enumerate(images.numpy()):
        top, left = i // columns * (height + GAP), i % columns * (width + GAP)
        canvas[top : top + height, left : left + width] = image
    factor = max(1, LEAST_SIDE // max(side))
    canvas = canvas.repeat(factor, 0).repeat(factor, 1)
    return Image.fromarray(canvas[..., 0] if channels == 1 else canvas)


def scatter(fake: Tensor, real: Tensor | None = None) -> Image.Image:
    """Points (n, 2) in orange over real ones in blue; the real ones, or else all, fill the picture.

    Of points in more than two dimensions the first two are shown.
    """
    layers = [(fake, ORANGE)] if real is None else [(real, BLUE), (fake, ORANGE)]
    shown = [(points[:, :2].detach().double().cpu().numpy(), colour) for points, colour in layers]
    frame = shown[0][0][np.isfinite(shown[0][0]).all(1)]
    low, high = (frame.min(0), frame.max(0)) if len(frame) else (np.zeros(2), np.ones(2))
    middle, reach = (low + high) / 2, max(float((high - low).max()) * 0.6, 1e-6)
    canvas = np.full((CANVAS, CANVAS, 3), 255.0)
    for points, colour in shown:
        cover = stipple((points - middle) / reach)[..., None]
        canvas = canvas * (1 - cover) + cover * np.array(colour)
    return Image.fromarray(canvas.round().astype(np.uint8))


def stipple(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much (0..1) of each pixel of a canvas of [-1, 1]² small dots at these points cover."""
    cover = np.zeros((CANVAS, CANVAS))
    inside = points[(np.abs(points) < 1).all(1)]  # leaves out what is not finite, too
    x = ((inside[:, 0] + 1) / 2 * (CANVAS - 3)).astype(int) + 1
    y = ((1 - inside[:, 1]) / 2 * (CANVAS - 3)).astype(int) + 1
    for dx, dy in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
        np.add.at(cover, (y + dy, x + dx), 0.5)
    return cover.clip(0, 0.9)


def format_of(path: Path) -> str:
    """Pillow's name of the ending's format, PNG for no ending. ValueError for an ending that names none."""
    form = Image.registered_extensions().get(path.suffix.lower() or ".png")
    if form is None or form not in Image.SAVE:
        raise ValueError(f"{path.name} does not end like a picture; use .png, .jpg or .webp")
    return form


def save(picture: Image.Image, path: Path) -> None:
    """Write a PNG, or what the name's ending says, in one piece. ValueError for an ending that names no format."""
    form = format_of(path)
    memory = io.BytesIO()
    picture.save(memory, form)
    with atomic.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_bytes(path, memory.getvalue())
