"""A contact sheet: what a data set looks like, at a glance."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .packed import PackSource

COLUMNS = 10
MAX_CLASSES = 12
GAP_PIXELS, TEXT_PIXELS = 2, 16
TILE_PIXELS = 64
"""Smallest side of a tile; smaller images are enlarged by whole factors, so that their pixels can be seen."""

INK, PAPER = (40, 40, 40), (255, 255, 255)


def contact_sheet(source: PackSource, rows: int = 6) -> Image.Image:
    """Evenly spread images in `rows` rows of ten; with labels, one row per class (at most twelve) under its name."""
    if source.column is None:
        return _draw(source, [("", spread_out(np.arange(len(source.pack)), COLUMNS * rows))])
    groups = []
    for code, name in list(enumerate(source.classes))[:MAX_CLASSES]:
        members = np.flatnonzero(source.column == code)
        groups.append((f"{name} ({len(members)})", spread_out(members, COLUMNS)))
    return _draw(source, groups)


def spread_out(rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.intp)]


def _draw(source: PackSource, groups: list[tuple[str, NDArray[np.intp]]]) -> Image.Image:
    size = source.shape[1]
    tile = size * max(1, math.ceil(TILE_PIXELS / size))
    step = tile + GAP_PIXELS
    lines = [(text, math.ceil(len(rows) / COLUMNS)) for text, rows in groups]
    height = sum(count * step + (TEXT_PIXELS if text else 0) for text, count in lines) + GAP_PIXELS
    page = Image.new("RGB", (COLUMNS * step + GAP_PIXELS, height), PAPER)
    pen, font, top = ImageDraw.Draw(page), ImageFont.load_default(12), GAP_PIXELS
    for text, rows in groups:
        if text:
            pen.text((GAP_PIXELS + 2, top), text, INK, font=font)
            top += TEXT_PIXELS
        for place, pixels in enumerate(source.pack.read(rows)):
            picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
            picture = picture.resize((tile, tile), Image.Resampling.NEAREST)
            page.paste(picture, (GAP_PIXELS + place % COLUMNS * step, top + place // COLUMNS * step))
        top += math.ceil(len(rows) / COLUMNS) * step
    return page


def save_png(image: Image.Image, path: Path) -> None:
    """Write the file in one piece: a reader sees the old one or the new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        try:
            image.save(file, "PNG")
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(file.name)
            raise
    os.replace(file.name, path)
